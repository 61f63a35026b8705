import { CRASH_POINTS } from '@safechaos/agent'
import { PHASES } from './driver-phases.ts'
import type { Death, Trial } from './trial.ts'

/** A point that only kernel-timed faults pass is none for the others. */
const POINTS = CRASH_POINTS.filter((point) => point !== 'mid-renew')

/** Every fault in every containment that offers it, dying every death at every place: the whole table once. */
export function wholeMatrix(faults: readonly string[]): Trial[] {
  const pairs = faults.flatMap((fault) =>
    (['sandbox', 'process'] as const)
      .filter((name) => name === 'sandbox' || fault.startsWith('process.'))
      .map((containment) => ({ fault, containment })),
  )
  return pairs.flatMap((pair) => [
    ...POINTS.flatMap((point) => (['agent', 'both'] as const).map((death) => ({ ...pair, death, at: { point } }))),
    ...PHASES.flatMap((phase) =>
      (['agent', 'controller', 'both', 'hung'] as const).filter((death) => hangs(death, phase)).map((death) => ({ ...pair, death, at: { phase } })),
    ),
  ])
}

/** A hung controller holds up nothing before there is a lease, and nothing once the fault is off: its agent waits for it, rightly. */
const hangs = (death: Death, phase: string): boolean => death !== 'hung' || ['injecting', 'injected', 'renewed'].includes(phase)

/** An even sample of the whole table, the same one every time, in which every fault, containment, death and place comes up. */
export function sampleOf(trials: readonly Trial[], count: number): Trial[] {
  const stride = Math.max(1, trials.length / count)
  return Array.from({ length: Math.min(count, trials.length) }, (_, index) => trials[Math.floor(index * stride)]).filter(
    (trial) => trial !== undefined,
  )
}
