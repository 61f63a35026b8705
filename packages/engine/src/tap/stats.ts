import { readdirSync, readFileSync } from 'node:fs'
import type { Sample, SignalSpec } from '@safechaos/core'
import type { Read } from './read.ts'

type StatsSpec = Extract<SignalSpec, { readonly from: 'stats' }>

/** One process as /proc shows it. `ticks` counts CPU time of its own and of its reaped children, in hundredths of a second. */
export interface ProcessLine {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
}

/** USER_HZ, which Linux promises to programs on every machine. */
const TICKS_PER_SECOND = 100

/**
 * Statistics of all processes of a service: its replicas' main processes and all that descend from them.
 * A service without any process has no CPU and no memory to read (`no-series`); its number of processes is zero.
 */
export function serviceStats(spec: StatsSpec, context: { roots(): Readonly<Record<string, number>> }): Read {
  let before: { readonly at: number; readonly ticks: ReadonlyMap<number, number> } | undefined
  return (done) => {
    const at = Date.now()
    const reading = (value: number): Sample => ({ kind: 'reading', signal: spec.name, at, value })
    const processes = readProcesses()
    const families = new Map(rootsOf(spec.service, context.roots()).map((root) => [root, familyOf(root, processes)]))
    const all = [...families.values()].flat()
    if (spec.stat === 'processes') return done(reading(all.length))
    if (all.length === 0) return done({ kind: 'no-reading', signal: spec.name, at, reason: 'no-series', detail: `${spec.service} has no process` })
    if (spec.stat === 'memory') return done(reading(all.reduce((sum, { pid }) => sum + residentBytes(pid), 0)))
    const last = before
    before = { at: performance.now(), ticks: new Map([...families].map(([root, family]) => [root, sumOfTicks(family)])) }
    return done(last === undefined ? undefined : reading(cores(last.ticks, before.ticks, before.at - last.at)))
  }
}

/**
 * CPU use in cores, from ticks by main process. Summed per family, because a reaped child's time moves to its parent.
 * A main process that is new counts whole.
 */
export function cores(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>, elapsedMs: number): number {
  const ticks = [...now].reduce((sum, [root, count]) => sum + Math.max(0, count - (before.get(root) ?? 0)), 0)
  return ticks / TICKS_PER_SECOND / (Math.max(1, elapsedMs) / 1000)
}

const sumOfTicks = (family: readonly ProcessLine[]): number => family.reduce((sum, { ticks }) => sum + ticks, 0)

/** The root, if it is alive, and everything below it. */
export function familyOf(root: number, processes: readonly ProcessLine[]): readonly ProcessLine[] {
  const children = Map.groupBy(processes, ({ parent }) => parent)
  const found = new Map<number, ProcessLine>()
  const queue = processes.filter(({ pid }) => pid === root)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next.pid)) continue
    found.set(next.pid, next)
    queue.push(...(children.get(next.pid) ?? []))
  }
  return [...found.values()]
}

const rootsOf = (service: string, roots: Readonly<Record<string, number>>): readonly number[] =>
  Object.entries(roots).flatMap(([replica, pid]) => (replica.slice(0, replica.lastIndexOf('#')) === service ? [pid] : []))

/** Every process that this PID namespace shows and that is not a zombie. */
function readProcesses(): readonly ProcessLine[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processLine(readQuietly(`/proc/${name}/stat`)) ?? []) : []))
}

/** Reads `/proc/PID/stat`; the command may hold spaces and parentheses. */
export function processLine(stat: string): ProcessLine | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const number = (field: number): number => Number(fields[field - 3])
  if (fields.length < 20 || fields[0] === 'Z') return undefined
  return { pid: Number.parseInt(stat, 10), parent: number(4), ticks: number(14) + number(15) + number(16) + number(17) }
}

const residentBytes = (pid: number): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readQuietly(`/proc/${pid}/status`))?.[1] ?? 0) * 1024

// A process may end between listing and reading.
function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
