import type { LoadSlice } from '../signals/sample.ts'
import { quantileOfSorted } from './statistics.ts'

/** The load of one second of the run's clock. Rates are per second of what was measured of it. */
export interface LoadSecond {
  /** Start, in milliseconds since zero. */
  readonly t: number
  /** How much of the second the slices cover, in milliseconds. */
  readonly coveredMs: number
  readonly scheduled: number
  readonly ok: number
  readonly failed: Readonly<Record<string, number>>
  readonly failures: number
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
  readonly lateMs: number
}

/** Slices by the second of the run's clock in which most of them lies; seconds of which nothing is known are left out. */
export function loadSeconds(slices: readonly LoadSlice[], zero: number, widthMs = 1000): LoadSecond[] {
  const seconds = new Map<number, LoadSlice[]>()
  for (const slice of slices) {
    const second = Math.floor(((slice.from + slice.to) / 2 - zero) / widthMs)
    const mates = seconds.get(second)
    if (mates === undefined) seconds.set(second, [slice])
    else mates.push(slice)
  }
  return [...seconds].sort(([a], [b]) => a - b).map(([second, mates]) => sumSlices(mates, second * widthMs))
}

/** Many slices as one. */
export function sumSlices(slices: readonly LoadSlice[], t: number): LoadSecond {
  const sorted = slices.flatMap(({ latencies }) => latencies).sort((a, b) => a - b)
  const failed = new Map<string, number>()
  for (const slice of slices) for (const [why, count] of Object.entries(slice.failed)) failed.set(why, (failed.get(why) ?? 0) + count)
  const sum = (pick: (slice: LoadSlice) => number) => slices.reduce((total, slice) => total + pick(slice), 0)
  return {
    t,
    coveredMs: sum(({ from, to }) => to - from),
    scheduled: sum(({ scheduled }) => scheduled),
    ok: sum(({ ok }) => ok),
    failed: Object.fromEntries(failed),
    failures: [...failed.values()].reduce((total, count) => total + count, 0),
    p50: quantileOfSorted(sorted, 0.5),
    p95: quantileOfSorted(sorted, 0.95),
    p99: quantileOfSorted(sorted, 0.99),
    lateMs: slices.reduce((worst, { lateMs }) => Math.max(worst, lateMs), 0),
  }
}

/** Failed requests of all, 0..1; undefined when none was asked. */
export const errorRatio = ({ failures, scheduled }: Pick<LoadSecond, 'failures' | 'scheduled'>): number | undefined =>
  scheduled === 0 ? undefined : failures / scheduled
