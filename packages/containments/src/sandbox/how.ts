/** How the namespaces are made. The init finds it in its environment as SAFECHAOS_HOW and makes the walls between services the same way. */
export type How = 'bubblewrap' | 'unshare'
