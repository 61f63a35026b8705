import { BOUNDS, type SignalSpec } from '@safechaos/core'
import type { Printed, Read, SignalContext } from './read.ts'

type LogSpec = Extract<SignalSpec, { readonly from: 'logs' }>

/**
 * Lines per second over the last second (over the signal's own pace, if that is longer), dated when they were counted. Without a newer
 * count there is no reading: a silent service is green, a silent count is not. Neither is a service that is not there, or is stopped, and so prints nothing.
 */
export function logRate({ name, service, everyMs }: LogSpec, { printed }: Pick<SignalContext, 'printed'>): Read {
  // Counts come a little early or late: one turn more would make the span twice as long.
  const spanMs = Math.max(BOUNDS.logSpanMs, everyMs) - BOUNDS.countsMs
  let known: readonly Printed[] = []
  return (done) => {
    const newest = printed()
    const count = newest?.printed[name]
    if (newest === undefined || count === undefined || newest === known.at(-1)) return done(undefined)
    const { at, ms } = newest
    // The youngest that is old enough to span from stays.
    const spanFrom = known.findLastIndex((one) => one.ms <= ms - spanMs)
    known = [...known.slice(Math.max(0, spanFrom)), newest]
    const from = known[0]
    if (from === undefined || from.ms > ms - spanMs) return done(undefined)
    const lines = count.lines - (from.printed[name]?.lines ?? 0)
    if (lines === 0 && !count.alive)
      return done({ kind: 'no-reading', signal: name, at, reason: 'no-series', detail: `${service} has no process that could print` })
    done({ kind: 'reading', signal: name, at, value: (lines * 1000) / (ms - from.ms) })
  }
}
