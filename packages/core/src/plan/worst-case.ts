import type { LeaseTerms } from '../lease/lease.ts'
import type { Acts } from '../faults/fault.ts'
import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import type { LoadSpec } from '../signals/load.ts'
import type { ContainmentTraits } from './containment-traits.ts'

/** How long the fault can stay at most, by cause, each in milliseconds. Printed in the plan; `abortMs` above the charter's `maxAbort` is refused. */
export interface WorstCase {
  /** The parts of an abort. `detect` is zero for a person's abort. */
  readonly detectMs: number
  readonly dispatchMs: number
  readonly revertMs: number
  readonly verifyMs: number
  /** Breach onset to verified gone: the sum of the four. */
  readonly abortMs: number
  /** Telemetry lost, or the controller hung, from the last green sample on: lease + one renewal + revert + verify. */
  readonly silenceMs: number
  /** Controller dead: end-of-file + revert + verify. */
  readonly controllerDeathMs: number
  /** Agent dead: ring 0, or the reaper's poll + revert. */
  readonly agentDeathMs: number
}

/** Bounds that do not come from the charter, in milliseconds. */
export const BOUNDS = {
  /** The load stream is cut into slices at most this long. */
  sliceMs: 100,
  /** Gates are asked this often. */
  pollMs: 100,
  /** From a decision of the controller to the agent's first step. */
  dispatchMs: 100,
  /** A scrape that has not answered by then is UNKNOWN(timeout). */
  scrapeTimeoutMs: 1000,
  /** A process statistic that has not been read by then. */
  statsTimeoutMs: 200,
  /** The init tells the tap this often how many log lines it counted. */
  countsMs: 100,
  /** Log lines are counted over at least so long: a line more or less must not look like ten a second. */
  logSpanMs: 1000,
  /** The enclosure's init takes back by itself what is armed when it has heard nothing of its agent for this long. */
  deafMs: 3000,
  /** How late the init may notice that. */
  listenMs: 300,
  /** The reaper looks this often. */
  reaperPollMs: 1000,
  /** The kernel ends what dies with a parent. */
  deathMs: 500,
  /** How late a kernel timer may be. */
  kernelTimerMs: 100,
} as const

/**
 * How long a stage lasts at least, however short its hold: until a window of the slowest gate that began after the injection can be told
 * of, and the gates are asked.
 */
export const leastStageMs = (holdMs: number, windowsMs: readonly number[]): number =>
  Math.max(holdMs, ...windowsMs.map((windowMs) => windowMs + BOUNDS.sliceMs + BOUNDS.pollMs))

/** How long one reading may take until it counts, from the start of its interval. */
function readingMs(signal: SignalSpec): number {
  switch (signal.from) {
    case 'metrics':
      return signal.everyMs + BOUNDS.scrapeTimeoutMs
    case 'stats':
      return signal.everyMs + BOUNDS.statsTimeoutMs
    case 'logs':
      return signal.everyMs + 2 * BOUNDS.countsMs
    case 'http':
    case 'tcp':
      return signal.everyMs + signal.timeoutMs
    default:
      throw new TypeError(`unknown signal: ${JSON.stringify(signal satisfies never)}`)
  }
}

/** The stretch of time that one reading tells of: before the breach fills it, the reading may be too small. Of lines it is whole turns. */
function spanMs(signal: SignalSpec): number {
  if (signal.from === 'logs') return Math.ceil(BOUNDS.logSpanMs / signal.everyMs) * signal.everyMs
  return signal.from === 'stats' && signal.stat === 'cpu' ? signal.everyMs : 0
}

/** How late, after its window's end, the last evidence of a gate can come. A window that was too small to be judged by is granted already. */
export function evidenceLagMs(gate: GateSpec, load: LoadSpec | undefined, signals: readonly SignalSpec[]): number {
  if ('load' in gate.input) return BOUNDS.sliceMs + (load?.timeoutMs ?? 0)
  const name = gate.input.signal
  const signal = signals.find((one) => one.name === name)
  return signal === undefined ? 0 : readingMs(signal) + Math.max(0, spanMs(signal) - gate.windowMs)
}

/**
 * Detection: the breach may begin just after a window began and be too small for that one, so one window more than needed must pass;
 * then the last evidence of the last window arrives, and the gates are asked. The slowest gate counts.
 * Revert and verify: the deadlines of one undo and of its looks. All acts are undone at the same time. An undo that is not seen to
 * have worked is tried again after that, and ends UNCLEAN: that is not in this bound.
 */
export function worstCase(input: {
  readonly acts: Acts
  readonly traits: ContainmentTraits
  readonly gates: readonly GateSpec[]
  readonly load: LoadSpec | undefined
  readonly signals: readonly SignalSpec[]
  readonly lease: LeaseTerms
}): WorstCase {
  const { acts, traits, gates, load, signals, lease } = input
  const detectMs = Math.max(0, ...gates.map((gate) => (gate.need + 1) * gate.windowMs + evidenceLagMs(gate, load, signals) + BOUNDS.pollMs))
  const revertMs = sum(acts.undo)
  const verifyMs = Math.max(0, ...acts.verify.map((look) => look.deadlineMs))
  const backMs = revertMs + verifyMs
  const { dispatchMs, deathMs, reaperPollMs } = BOUNDS
  return {
    detectMs,
    dispatchMs,
    revertMs,
    verifyMs,
    abortMs: detectMs + dispatchMs + backMs,
    silenceMs: lease.ms + lease.renewEveryMs + backMs,
    controllerDeathMs: dispatchMs + backMs,
    agentDeathMs: traits.diesWithAgent ? deathMs : reaperPollMs + backMs,
  }
}

const sum = (steps: readonly { readonly deadlineMs: number }[]): number => steps.reduce((total, step) => total + step.deadlineMs, 0)
