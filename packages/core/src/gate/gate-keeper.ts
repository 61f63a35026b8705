import { BOUNDS } from '../plan/worst-case.ts'
import type { LoadSpec } from '../signals/load.ts'
import type { LoadSlice, NoReading, Reading, Sample } from '../signals/sample.ts'
import { advanceGate } from './advance-gate.ts'
import type { GateSpec, GateState, WindowVerdict } from './gate.ts'
import { AHEAD_MS, canBeOverEarly, evaluateLoadWindow, evaluateSignalWindow, type GateWindow } from './window.ts'

/** Watches gates over a stream of samples that may come late, twice, out of order or not at all. Times are epoch milliseconds. */
export interface GateKeeper {
  /** One sample, as it arrived at `now`. */
  feed(sample: Sample, now: number): void
  /** What every gate says now, in the order of the specs. */
  at(now: number): GateState[]
}

/** How many samples one gate keeps for windows that are not judged yet; more than that cannot be judged. */
const MOST = 4096

/** No answer is waited for longer than this. */
const LONGEST_MS = 61_000

/**
 * Windows tile the clock (multiples of their length) from `start` on. A window is judged once: when all of it is told, when its last
 * evidence is overdue, or as soon as nothing that is still to come could take its `over` back. Keeps bounded memory.
 */
export function gateKeeper(gates: readonly GateSpec[], load: LoadSpec | undefined, start: number): GateKeeper {
  const watches = gates.map((gate) =>
    'load' in gate.input ? watch(loadJudge(gate, load), start) : watch(signalJudge(gate, gate.input.signal), start),
  )
  return {
    feed: (sample, now) => {
      for (const one of watches) one.feed(sample, now)
    },
    at: (now) => watches.map((one) => one.at(now)),
  }
}

interface Judge<S extends Sample> {
  readonly spec: GateSpec
  /** The sample as this gate keeps it; undefined if it is none of its. */
  takes(sample: Sample, now: number): S | undefined
  /** Where in time it belongs. */
  when(sample: S): number
  /** The window's verdict; undefined if it cannot be given yet. */
  judge(kept: readonly S[], window: GateWindow): WindowVerdict | undefined
}

function watch<S extends Sample>(
  { spec, takes, when, judge }: Judge<S>,
  start: number,
): { feed(sample: Sample, now: number): void; at(now: number): GateState } {
  let next = Math.ceil(start / spec.windowMs)
  let kept: S[] = []
  let history: WindowVerdict[] = []
  let crowded = false
  const advance = (now: number): void => {
    // After a long sleep of ours only windows that may still be told of are worth judging.
    next = Math.max(next, Math.floor((now - LONGEST_MS) / spec.windowMs) - spec.of)
    for (;;) {
      const window = { from: next * spec.windowMs, to: (next + 1) * spec.windowMs, now }
      if (window.from >= now) return
      const verdict = crowded && now >= window.to ? CROWDED : judge(kept, window)
      if (verdict === undefined) return
      history = [...history, verdict].slice(-spec.of)
      next++
      const lastBefore = kept
        .filter((sample) => when(sample) < window.to)
        .reduce<S | undefined>((last, sample) => (last === undefined || when(sample) >= when(last) ? sample : last), undefined)
      kept = kept.filter((sample) => sample === lastBefore || when(sample) >= window.to)
      crowded = kept.length >= MOST
    }
  }
  return {
    feed: (sample, now) => {
      const mine = takes(sample, now)
      if (mine === undefined) return
      if (kept.length >= MOST) crowded = true
      else kept.push(mine)
    },
    at: (now) => {
      advance(now)
      return advanceGate(spec, history, now)
    },
  }
}

const CROWDED: WindowVerdict = { state: 'unknown', reason: 'parse', detail: `more than ${MOST} samples for one window`, newest: undefined }

function loadJudge(spec: GateSpec, load: LoadSpec | undefined): Judge<LoadSlice> {
  const overdueMs = (load?.timeoutMs ?? 0) + BOUNDS.sliceMs + GRACE_MS
  const expected = load === undefined ? undefined : Math.ceil((load.rate * spec.windowMs) / 1000) + 1
  return {
    spec,
    takes: (sample) => (sample.kind === 'load' ? sample : undefined),
    when: (slice) => slice.from,
    judge: (slices, window) => {
      const verdict = evaluateLoadWindow(slices, spec, window)
      const incomplete = verdict.state === 'unknown' && (verdict.reason === 'stale' || verdict.reason === 'no-series')
      if (!incomplete || window.now >= window.to + overdueMs) return verdict
      if (expected === undefined || !canBeOverEarly(spec)) return undefined
      const told = slices.filter((slice) => slice.from >= window.from && slice.from < window.to).reduce((total, slice) => total + slice.scheduled, 0)
      const early = evaluateLoadWindow(slices, spec, window, Math.max(0, expected - told))
      return early.state === 'over' ? early : undefined
    },
  }
}

function signalJudge(spec: GateSpec, signal: string): Judge<Reading | NoReading> {
  return {
    spec,
    takes: (sample, now) => {
      if (sample.kind === 'load' || sample.signal !== signal) return undefined
      // What claims to come from the future is kept as what it is, at the instant it came, so that it cannot wait for its window.
      if (sample.at > now + AHEAD_MS)
        return { kind: 'no-reading', signal, at: now, reason: 'future', detail: `a sample is ${sample.at - now} ms ahead` }
      return sample
    },
    when: (reading) => reading.at,
    judge: (readings, window) => {
      const verdict = evaluateSignalWindow(readings, spec, window)
      return verdict.state === 'over' || window.now >= window.to + GRACE_MS ? verdict : undefined
    },
  }
}

/** A sample may be this long on its way from the tap, in milliseconds. */
const GRACE_MS = 100
