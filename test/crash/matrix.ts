import { CRASH_POINTS, type CrashPoint } from '@safechaos/agent'
import { type Phase, PHASES } from './driver-phases.ts'
import type { Death, Trial } from './trial.ts'

/** What the kernel times is renewed step by step; the others have nothing to renew. */
const pointsOf = (fault: string): readonly CrashPoint[] => CRASH_POINTS.filter((point) => fault.startsWith('net.') || !point.endsWith('-renew'))

const DEATHS: readonly Death[] = ['agent', 'controller', 'both', 'hung']
/** Where a controller may hang: before there is a fault on its way, and once its end was asked for, its agent waits for it, rightly. */
const HANGING: ReadonlySet<string> = new Set([
  ...(['injecting', 'injected', 'renewed'] satisfies Phase[]),
  ...CRASH_POINTS.slice(CRASH_POINTS.indexOf('before-owed'), CRASH_POINTS.indexOf('before-close')),
])

const deathsAt = (place: string): readonly Death[] => DEATHS.filter((death) => death !== 'hung' || HANGING.has(place))

/** Every fault in every containment that offers it, dying every death at every place: the whole table once. */
export function wholeMatrix(faults: readonly string[]): Trial[] {
  const pairs = faults.flatMap((fault) =>
    (['sandbox', 'process'] as const)
      .filter((name) => name === 'sandbox' || fault.startsWith('process.'))
      .map((containment) => ({ fault, containment })),
  )
  return pairs.flatMap((pair) => [
    ...pointsOf(pair.fault).flatMap((point) => deathsAt(point).map((death) => ({ ...pair, death, at: { point } }))),
    ...PHASES.flatMap((phase) => deathsAt(phase).map((death) => ({ ...pair, death, at: { phase } }))),
  ])
}

/** An even sample of the whole table, the same one every time, in which every fault, containment, death and place comes up. */
export function sampleOf(trials: readonly Trial[], count: number): Trial[] {
  const stride = Math.max(1, trials.length / count)
  return Array.from({ length: Math.min(count, trials.length) }, (_, index) => trials[Math.floor(index * stride)]).filter(
    (trial) => trial !== undefined,
  )
}
