import { readFileSync } from 'node:fs'

/** Settings of the kernel that forbid user namespaces, each with the value that does, and one that does not. A kernel has some of them. */
const SETTINGS = [
  { name: 'user.max_user_namespaces', forbids: '0', allows: '10000', why: 'nobody may make a user namespace' },
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1', why: 'only root may make a user namespace' },
  {
    name: 'kernel.apparmor_restrict_unprivileged_userns',
    forbids: '1',
    allows: '0',
    why: 'AppArmor leaves programs without a profile no rights in a user namespace',
  },
] as const

/** Gives the value of a setting; undefined where the kernel has none. */
export type ReadSetting = (name: string) => string | undefined

/** Which settings forbid user namespaces, and what to type; undefined if none does. */
export function userNamespaceAdvice(read: ReadSetting): string | undefined {
  const forbidding = SETTINGS.filter(({ name, forbids }) => read(name) === forbids)
  if (forbidding.length === 0) return undefined
  const found = forbidding.map(({ name, forbids, why }) => `${name} is ${forbids}, so that ${why}`).join('; ')
  return `${found}. As root: sysctl -w ${forbidding.map(({ name, allows }) => `${name}=${allows}`).join(' ')}`
}

/** Reads from /proc/sys. */
export const readSetting: ReadSetting = (name) => {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim()
  } catch {
    return undefined
  }
}
