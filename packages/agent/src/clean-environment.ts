const KEPT = [
  'HOME',
  'LANG',
  'LOGNAME',
  'NODE_COMPILE_CACHE',
  'PATH',
  'TMPDIR',
  'TZ',
  'USER',
  'XDG_RUNTIME_DIR',
  'XDG_STATE_HOME',
  'SAFECHAOS_CRASH_AT',
  'SAFECHAOS_CRASH_CONTROLLER',
] as const

/** What a program of ours gets of the environment: nothing that could carry a secret, change how Node starts, or look like a run's mark. */
export function cleanEnvironment(from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(KEPT.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])))
}
