import { allPids, commandLineOf, isDead, statOf } from './proc.ts'
import { until } from './until.ts'

/** So often new pids are looked for after the first listing. */
const MORE_LISTINGS = 3
const ENDED_WITHIN_MS = 20

/** Every pid, the newest first, and then those that came while these were looked at: a listing alone seldom meets who forks and ends all the time. */
export function* everyPid(): Generator<number> {
  const known = new Set<number>()
  for (let listing = 0; listing <= MORE_LISTINGS; listing += 1) {
    const fresh = allPids()
      .filter((pid) => !known.has(pid))
      .reverse()
    for (const pid of fresh) {
      known.add(pid)
      yield pid
    }
  }
}

/**
 * SIGKILL for whole process groups, which reaches also who is another process by the time a pid was read: the kernel lets nobody fork out of
 * it. By the identity rule: compared, stopped, compared again, ended. A group with a stranger in it goes on as it was, and never is it this
 * process's own. Returns those that were hit.
 */
export async function killGroups(groups: ReadonlySet<number>, isOurs: (pid: number) => boolean): Promise<readonly number[]> {
  const own = statOf(process.pid)?.group
  const meant = new Set([...groups].filter((group) => group > 1 && group !== own))
  // Who is about to end shows nothing of itself any more: only what stays so is a stranger.
  for (const { pid, group } of strangersIn(meant, isOurs)) if (commandLineOf(pid) !== '') meant.delete(group)
  const stopped = new Set([...meant].filter((group) => send(group, 'SIGSTOP')))
  let strangers = strangersIn(stopped, isOurs)
  await until(() => strangers.length === 0 || (strangers = strangersIn(stopped, isOurs)).length === 0, ENDED_WITHIN_MS, 1)
  const mixed = new Set(strangers.map(({ group }) => group))
  for (const group of mixed) send(group, 'SIGCONT')
  return [...stopped].filter((group) => !mixed.has(group) && send(group, 'SIGKILL'))
}

function strangersIn(groups: ReadonlySet<number>, isOurs: (pid: number) => boolean): { readonly pid: number; readonly group: number }[] {
  if (groups.size === 0) return []
  return allPids().flatMap((pid) => {
    const stat = statOf(pid)
    return stat === undefined || !groups.has(stat.group) || isDead(stat) || isOurs(pid) ? [] : [{ pid, group: stat.group }]
  })
}

function send(group: number, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}
