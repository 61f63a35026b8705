import { chownSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SafechaosError } from '@safechaos/core'
import { fstabLine, mountTable } from './fstab.ts'
import { programFolders, refuseBelow, refuseWide, type Shown, type Sources } from './system-parts.ts'

/** How a launch gets rid of root, if it has it. */
export interface Drop {
  readonly sources: Sources
  /** Given to spawn: the user to become, when nothing has to be prepared as root. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number }
  /** What root has to mount first so that the other user can reach it, and who that is. */
  readonly stage: { readonly table: string; readonly user: User } | undefined
}

export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const USERS = ['safechaos', 'nobody']
/** Nothing in an enclosure needs the host's /sys, and it is always there: a private place to mount on. */
const STAGE = '/sys'

/**
 * A lab run by root becomes the user `safechaos` (made by scripts/install-system.sh), else `nobody`, before it opens an enclosure: a service
 * without capabilities could otherwise read what root may read. `workDir` is given to that user. Throws SC_PLACE, SC_CONTAINMENT.
 */
export function dropFor(paths: { readonly node: string; readonly script: string; readonly labDir: string; readonly workDir: string }): Drop {
  const programs = programFolders(paths.node, paths.script)
  const wanted = [paths.labDir, paths.workDir, ...programs]
  wanted.forEach(refuseWide)
  refuseBelow(paths.labDir, programs)
  const user = process.getuid?.() === 0 && isRootOfMany() ? otherUser() : undefined
  if (user === undefined) return { sources: sourcesOf(paths, programs, (path) => path, STAGE), spawnAs: {}, stage: undefined }
  chownSync(paths.workDir, user.uid, user.gid)
  const hidden = [...new Set(wanted)].filter((path) => !canReach(user, path))
  if (hidden.length === 0)
    return { sources: sourcesOf(paths, programs, (path) => path, STAGE), spawnAs: { uid: user.uid, gid: user.gid }, stage: undefined }
  const staged = new Map(hidden.map((path, index) => [path, `${STAGE}/${index}`]))
  const table = [
    fstabLine('free', `${STAGE}/free`, 'tmpfs', ['X-mount.mkdir']),
    ...[...staged].map(([path, at]) => fstabLine(path, at, 'none', ['rbind', 'X-mount.mkdir'])),
  ].join('')
  return { sources: sourcesOf(paths, programs, (path) => staged.get(path) ?? path, `${STAGE}/free`), spawnAs: {}, stage: { table, user } }
}

const MAKE_STAGE = `set -e
mount -t tmpfs -o mode=755 stage ${STAGE}
${mountTable('"$1"', `${STAGE}/table`)}
shift
exec "$@"`

/** The command that first, as root, makes hidden folders reachable in a mount namespace of its own, and then becomes the other user. */
export function behindDrop(drop: Drop, argv: readonly string[]): string[] {
  if (drop.stage === undefined) return [...argv]
  const { table, user } = drop.stage
  const become = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', '--']
  return ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', MAKE_STAGE, 'sh', table, ...become, ...argv]
}

/** Whether root could become anybody: in a user namespace with one user, root is a plain user outside, and there is nobody else to be. */
const isRootOfMany = (): boolean => readFileSync('/proc/self/uid_map', 'latin1').trim().split(/\s+/)[2] !== '1'

/** The user that root becomes. Throws SC_CONTAINMENT when the machine has neither. */
export function otherUser(): User {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of USERS) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new SafechaosError({
    code: 'SC_CONTAINMENT',
    message: `root has no user to become: neither ${USERS.join(' nor ')} exists`,
    hint: 'run scripts/install-system.sh',
  })
}

function sourcesOf(
  paths: { readonly labDir: string; readonly workDir: string },
  programs: readonly string[],
  outside: (path: string) => string,
  free: string,
): Sources {
  const shown = (path: string): Shown => ({ inside: path, outside: outside(path) })
  return { lab: shown(paths.labDir), work: shown(paths.workDir), programs: programs.map(shown), free }
}

/** Whether every folder on the way can be passed. The last one must be readable too, or no staging would help. */
function canReach(user: User, path: string): boolean {
  if (!allows(user, path, 5)) {
    throw new SafechaosError({
      code: 'SC_PLACE',
      message: `user ${user.name}, which root becomes, cannot read ${path}: let others read it (chmod -R o+rX ${path}), or run as its owner`,
    })
  }
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) if (!allows(user, folder, 1)) return false
  return true
}

function allows(user: User, path: string, bits: number): boolean {
  const { mode, uid, gid } = statSync(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  return ((mode >> shift) & bits) === bits
}
