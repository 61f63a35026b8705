import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same pid (on the same boot). */
export interface ProcessId {
  readonly pid: number
  /** Field 22 of /proc/PID/stat. */
  readonly start: string
}

interface Stat {
  readonly state: string
  readonly parent: number
  readonly start: string
}

/** Changes with every boot of the machine; empty if it cannot be read. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

function statOf(pid: number | 'self'): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may itself hold parentheses and spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '?', parent: Number(fields[1]), start: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

/** This process. */
export function ownId(): ProcessId {
  return { pid: process.pid, start: statOf('self')?.start ?? '' }
}

/** The process that has this pid now; undefined if there is none. */
export function idOf(pid: number): ProcessId | undefined {
  const stat = statOf(pid)
  return stat && { pid, start: stat.start }
}

/** True while this very process runs. A zombie has ended. */
export function isAlive(id: ProcessId): boolean {
  const stat = statOf(id.pid)
  return stat !== undefined && stat.start === id.start && stat.state !== 'Z' && stat.state !== 'X'
}

/** The process itself, its parent, and so on up to pid 1. */
export function lineOf(pid: number): number[] {
  const line: number[] = []
  for (let at = pid; at > 0 && !line.includes(at); at = statOf(at)?.parent ?? 0) line.push(at)
  return line
}

const PF_KTHREAD = 0x00200000

/** A kernel thread, or a way in for people: no fault of any service is about those. */
export function isOfTheMachine(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
    const flags = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[6])
    return (flags & PF_KTHREAD) !== 0 || name.startsWith('sshd')
  } catch {
    return false
  }
}

/** Inode of a process's PID namespace, such as `4026531836`; undefined if it cannot be read. */
export function pidNamespaceOf(pid: number | 'self'): string | undefined {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0]
  } catch {
    return undefined
  }
}

export interface Remains {
  readonly ours: readonly ProcessId[]
  /** Processes of this user, not older than the agent, whose environment could not be read, so that they are not known to be strangers. */
  readonly unseen: number
}

/** Processes that belong to a run: they carry SAFECHAOS_RUN, or live in the PID namespace of its init. Zombies are gone already. */
export function remainsOf(run: string, pidNamespace: string | undefined, agent: ProcessId | undefined): Remains {
  const ours: ProcessId[] = []
  let unseen = 0
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const stat = statOf(pid)
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X' || isOlder(stat, agent)) continue
    const belongs = belongsTo(pid, run, pidNamespace)
    if (belongs) ours.push({ pid, start: stat.start })
    else if (belongs === undefined) unseen += 1
  }
  return { ours, unseen }
}

/** Nothing that was there before its agent can belong to an enclosure. Start times are counted in clock ticks since boot. */
const isOlder = ({ start }: { readonly start: string }, agent: ProcessId | undefined): boolean =>
  agent !== undefined && Number(start) < Number(agent.start)

/** A process keeps the PID namespace that it was started in. */
let ownPidNamespace: string | undefined

/** Whether a process is of this run; undefined if it is of this user and cannot be looked into. */
export function belongsTo(pid: number, run: string, pidNamespace: string | undefined): boolean | undefined {
  ownPidNamespace ??= pidNamespaceOf('self')
  if (pidNamespace !== undefined && pidNamespace !== ownPidNamespace && pidNamespaceOf(pid) === pidNamespace) return true
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(`\0SAFECHAOS_RUN=${run}\0`)
  } catch (error) {
    const ended = ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')
    return ended || statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid !== process.getuid?.() ? false : undefined
  }
}

/**
 * SIGKILL for exactly this process: stopped, compared, then killed; a stranger with its pid is continued. Returns whether it was hit.
 * `ours` is asked again while the process cannot change.
 */
export function killExactly(id: ProcessId, ours: (pid: number) => boolean): boolean {
  if (!isAlive(id) || !ours(id.pid)) return false
  try {
    process.kill(id.pid, 'SIGSTOP')
    const same = isAlive(id) && ours(id.pid)
    process.kill(id.pid, same ? 'SIGKILL' : 'SIGCONT')
    return same
  } catch {
    return false
  }
}
