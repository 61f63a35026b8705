/** What /proc says about one process, read at once and without a child. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs'

/** Bytes of a command line that anybody looks at. */
const MOST_COMMAND_LINE = 8192

export interface ProcessStat {
  /** One letter: R, S, D, T, Z, … */
  readonly state: string
  readonly parent: number
  /** Of processes. */
  readonly group: number
  readonly session: number
  /** Field 22: ticks after boot. */
  readonly start: string
}

/** Enough to know that a pid still means the same process. */
export interface ProcessIdentity {
  readonly pid: number
  readonly start: string
  readonly exe: string
  /** Inode of its PID namespace, as `pid:[4026531836]`. */
  readonly pidNamespace: string
}

/** The least that tells a process from a later one with its pid. */
export type ProcessName = Pick<ProcessIdentity, 'pid' | 'start'>

export const processKey = ({ pid, start }: ProcessName): string => `${pid}/${start}`

/** Undefined when there is no such process. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** The name, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '?', parent: Number(fields[1]), group: Number(fields[2]), session: Number(fields[3]), start: fields[19] ?? '' }
}

/** Undefined when there is no such process, or nothing but a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid)
  if (stat === undefined || isDead(stat)) return undefined
  return { pid, start: stat.start, exe: link(pid, 'exe'), pidNamespace: link(pid, 'ns/pid') }
}

/** Whether the process that was identified is still there, and is still the same. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = statOf(identity.pid)
  return stat !== undefined && !isDead(stat) && stat.start === identity.start
}

/** Whether this very process is there and does not run. */
export function isHeld({ pid, start }: ProcessName): boolean {
  const stat = statOf(pid)
  return stat !== undefined && stat.start === start && isStopped(stat)
}

/** The full comparison that must come before a signal. */
export function isSame(before: ProcessIdentity, now: ProcessIdentity | undefined): boolean {
  return now !== undefined && now.start === before.start && now.exe === before.exe && now.pidNamespace === before.pidNamespace
}

/** Whether a signal of this number does nothing to it. */
export function ignores(pid: number, signal: number): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)/m.exec(read(pid, 'status'))?.[1] ?? '0'
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}

/** A process chooses its own command line, of megabytes if it likes. One that is cut ends with an ellipsis, so that no pattern takes the cut for the end. */
export function commandLineOf(pid: number): string {
  const buffer = Buffer.alloc(MOST_COMMAND_LINE + 1)
  let length = 0
  try {
    const file = openSync(`/proc/${pid}/cmdline`, 'r')
    try {
      length = readSync(file, buffer, 0, buffer.length, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
  const words = buffer.toString('utf8', 0, Math.min(length, MOST_COMMAND_LINE)).replace(/\0+$/, '').replaceAll('\0', ' ')
  return length > MOST_COMMAND_LINE ? `${words}…` : words
}

/** The environment it was started with; empty if it cannot be read. */
export function environmentOf(pid: number): readonly string[] {
  return read(pid, 'environ').split('\0')
}

export function allPids(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

export const isStopped = (stat: ProcessStat): boolean => stat.state === 'T' || stat.state === 't'
/** By a signal. What a tracer holds may go on at any moment. */
export const isSignalStopped = (stat: ProcessStat): boolean => stat.state === 'T'
export const isDead = (stat: ProcessStat): boolean => stat.state === 'Z' || stat.state === 'X'

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function link(pid: number, file: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${file}`)
  } catch {
    return ''
  }
}
