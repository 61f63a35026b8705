/** Where an enclosure's own programs, libraries and kernel files are: some of these programs run with privileges beside a service. */
const OWN = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/proc', '/sys', '/dev', '/old', '/free']
/** Its scratch, below which a service may have what it likes. */
const SCRATCH = ['/run']

/** Whether one of two paths is at or below the other. */
export const overlap = (a: string, b: string): boolean => `${a}/`.startsWith(b.replace(/\/*$/, '/')) || `${b}/`.startsWith(a.replace(/\/*$/, '/'))

/** The place of the walls that a volume at this path would lie on, in or above; undefined for a path that is free. `more`: places of one enclosure. */
export function ownPlace(target: string, more: readonly string[] = []): string | undefined {
  const detours = target.split('/').some((part) => part === '.' || part === '..')
  return detours ? target : ([...OWN, ...more].find((place) => overlap(target, place)) ?? SCRATCH.find((place) => place === target))
}
