import { readFileSync, readlinkSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same pid (on the same boot). */
export interface ProcessId {
  readonly pid: number
  /** Field 22 of /proc/PID/stat. */
  readonly start: string
  /** The PID namespace in which `pid` means this process; see `ownTable`. Absent: the reader's own. */
  readonly table?: string
}

interface Stat {
  readonly state: string
  readonly parent: number
  /** Of processes. */
  readonly group: number
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

export function statOf(pid: number | 'self'): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may itself hold parentheses and spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '?', parent: Number(fields[1]), group: Number(fields[2]), start: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

let table: string | undefined

/**
 * The PID namespace of this process, told apart from a later one that the kernel gave the same inode by the start of its process 1.
 * `unseen` where /proc shows another namespace than ours: then no pid can be looked up at all.
 */
export function ownTable(): string {
  table ??= readSelf() === String(process.pid) ? `${pidNamespaceOf('self') ?? ''}:${statOf(1)?.start ?? ''}` : UNSEEN
  return table
}

const UNSEEN = 'unseen'

function readSelf(): string | undefined {
  try {
    return readlinkSync('/proc/self')
  } catch {
    return undefined
  }
}

/** This process. */
export function ownId(): ProcessId {
  return { pid: process.pid, start: statOf('self')?.start ?? '', table: ownTable() }
}

/** The process that has this pid now; undefined if there is none. */
export function idOf(pid: number): ProcessId | undefined {
  const stat = statOf(pid)
  return stat && { pid, start: stat.start }
}

/** A process as somebody wrote it down, with the boot during which it ran. */
export interface WrittenProcess {
  readonly agent: ProcessId
  readonly bootId: string
}

/**
 * Whether a process that was written down still runs. `unknown` for one of another PID namespace: its pid means nothing here, and whether
 * it lives cannot be told from here.
 */
export function fateOf({ agent, bootId: boot }: WrittenProcess): 'alive' | 'dead' | 'unknown' {
  if (boot !== bootId()) return 'dead'
  if (ownTable() === UNSEEN || (agent.table ?? ownTable()) !== ownTable()) return 'unknown'
  return isAlive(agent) ? 'alive' : 'dead'
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
