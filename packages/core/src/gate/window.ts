import { counted, isOrAre } from '../counted.ts'
import type { LoadSlice, NoReading, Reading, UnknownReason } from '../signals/sample.ts'
import { type GateSpec, isBeyond, type WindowVerdict } from './gate.ts'

/** A stretch of time [from, to) that is judged at `now`; epoch milliseconds. */
export interface GateWindow {
  readonly from: number
  readonly to: number
  readonly now: number
}

/** A sample may be this much ahead of the judge's clock, in milliseconds; beyond that it is UNKNOWN(future). */
export const AHEAD_MS = 1000

const unknown = (reason: UnknownReason, detail: string, newest?: number): WindowVerdict => ({ state: 'unknown', reason, detail, newest })

/** Whether a gate is broken by what is too much, not by too little. */
export const isUpward = ({ breach }: GateSpec): boolean => breach === 'above' || breach === 'at-or-above'

/**
 * Judges the requests whose scheduled send fell into the window. All slices must be there: what is missing may hide errors.
 * `unseen` requests are still to be told of; with it the answer is `over` only if no outcome of theirs could change that, and never OK.
 */
export function evaluateLoadWindow(slices: readonly LoadSlice[], spec: GateSpec, window: GateWindow, unseen?: number): WindowVerdict {
  const inside = [
    ...new Map(slices.filter((slice) => slice.from >= window.from && slice.from < window.to).map((slice) => [slice.from, slice])).values(),
  ]
  const newest = Math.max(...inside.map((slice) => slice.to))
  if (inside.length === 0) return unknown('no-series', 'the load stream says nothing about this window')
  if (newest > window.now + AHEAD_MS) return unknown('future', `the load stream is ${newest - window.now} ms ahead`)
  const crooked = inside.find((slice) => !isSound(slice))
  if (crooked !== undefined) return unknown('parse', `the load slice of ${counted(crooked.scheduled, 'request')} does not add up`, newest)
  const late = Math.max(...inside.map((slice) => slice.lateMs))
  if (late > Math.max(spec.windowMs / 2, 250)) return unknown('starved', `the load generator itself was ${Math.round(late)} ms late`, newest)
  const value = loadValue(inside, spec, unseen ?? 0)
  if (unseen !== undefined) {
    return isBeyond(spec, value)
      ? { state: 'over', value, newest, bound: isUpward(spec) ? 'at least' : 'at most' }
      : unknown('stale', 'not all of the window is told yet', newest)
  }
  const missing = missingMs(inside, window)
  if (missing > 0) return unknown('stale', `${missing} of ${window.to - window.from} ms of the load stream did not arrive`, newest)
  const scheduled = inside.reduce((total, slice) => total + slice.scheduled, 0)
  if (scheduled < spec.minRequests || scheduled === 0)
    return unknown('low-traffic', `${counted(scheduled, 'request')}, ${spec.minRequests} ${isOrAre(spec.minRequests)} needed`, newest)
  if (isBeyond(spec, value)) return { state: 'over', value, newest: Math.min(newest, window.now) }
  if (window.now - newest > spec.freshMs) return unknown('stale', `the newest request is ${Math.round(window.now - newest)} ms old`, newest)
  return { state: 'ok', value, newest: Math.min(newest, window.now) }
}

/**
 * Milliseconds of the window that no slice tells of. A slice belongs to the window that it begins in, and the borders of slices need not be
 * those of windows: the time before the first slice is told by the window before, if it is shorter than a slice.
 */
function missingMs(slices: readonly LoadSlice[], window: GateWindow): number {
  let told = window.from
  let missing = 0
  for (const { from, to } of slices.toSorted((a, b) => a.from - b.from)) {
    const gap = from - told
    const isOfTheOneBefore = told === window.from && gap < to - from
    if (gap > 0 && !isOfTheOneBefore) missing += gap
    told = Math.max(told, to)
  }
  return Math.round(missing + Math.max(0, window.to - told))
}

/** True for gates that can only get worse as more requests are told of. */
export const canBeOverEarly = (spec: GateSpec): boolean => 'load' in spec.input && (spec.input.load === 'okRate') !== isUpward(spec)

function isSound({ from, to, scheduled, ok, latencies, lateMs }: LoadSlice): boolean {
  const numbers = [from, to, scheduled, ok, lateMs, ...latencies]
  return numbers.every((number) => Number.isFinite(number) && number >= 0) && to > from && ok <= scheduled && latencies.length === scheduled
}

/** The gate's number; `unseen` requests count as answered well and at once. Rates are per second of what is told, which may begin and end beside the window. */
function loadValue(slices: readonly LoadSlice[], { input, windowMs }: GateSpec, unseen: number): number {
  const number = 'load' in input ? input.load : 'errorRatio'
  const ok = slices.reduce((total, slice) => total + slice.ok, 0)
  const scheduled = slices.reduce((total, slice) => total + slice.scheduled, 0)
  const toldMs = slices.reduce((total, slice) => total + slice.to - slice.from, 0)
  if (number === 'okRate') return ((ok + unseen) * 1000) / (unseen > 0 ? windowMs : toldMs)
  if (number === 'errorRatio') return scheduled + unseen === 0 ? 0 : (scheduled - ok) / (scheduled + unseen)
  const sorted = slices.flatMap((slice) => slice.latencies).sort((a, b) => a - b)
  const rank = Math.ceil((Number(number.slice(1)) / 100) * (sorted.length + unseen))
  return sorted[rank - 1 - unseen] ?? 0
}

/**
 * Judges the readings taken in the window, or, if there is none, the last one before it as long as it is fresh. One reading beyond the
 * limit makes the window over; otherwise the newest one decides: if that could not be had, the window is unknown.
 */
export function evaluateSignalWindow(readings: readonly (Reading | NoReading)[], spec: GateSpec, window: GateWindow): WindowVerdict {
  const past = readings.filter((reading) => reading.at < window.to && reading.at <= window.now + AHEAD_MS)
  const inside = past.filter((reading) => reading.at >= window.from)
  const ahead = readings.find((reading) => reading.at > window.now + AHEAD_MS)
  const values = inside
    .filter((reading): reading is Reading => reading.kind === 'reading' && Number.isFinite(reading.value))
    .map((reading) => reading.value)
  const newestAt = Math.max(...past.map((reading) => reading.at))
  const worst = isUpward(spec) ? Math.max(...values) : Math.min(...values)
  if (values.length > 0 && isBeyond(spec, worst)) return { state: 'over', value: worst, newest: Math.min(newestAt, window.now) }
  if (ahead !== undefined) return unknown('future', `a sample is ${ahead.at - window.now} ms ahead`)
  // Of several at one instant, one that could not be had counts.
  const newest = past.filter((reading) => reading.at === newestAt).sort((a, b) => rank(b) - rank(a))[0]
  if (newest === undefined) return unknown('no-series', 'no sample yet')
  if (newest.kind === 'no-reading') return unknown(newest.reason, newest.detail, newestAt)
  if (Number.isNaN(newest.value)) return unknown('nan', 'the value is not a number', newestAt)
  if (!Number.isFinite(newest.value)) return unknown('inf', 'the value is infinite', newestAt)
  if (window.now - newestAt > spec.freshMs) return unknown('stale', `the newest sample is ${Math.round(window.now - newestAt)} ms old`, newestAt)
  const value = values.length > 0 ? worst : newest.value
  return { state: isBeyond(spec, value) ? 'over' : 'ok', value, newest: Math.min(newestAt, window.now) }
}

const rank = (reading: Reading | NoReading): number => (reading.kind === 'no-reading' ? 2 : Number.isFinite(reading.value) ? 0 : 1)
