import type { Acts } from '../faults/fault.ts'
import type { ContainmentTraits } from './containment-traits.ts'
import type { LeaseTerms } from '../lease/lease.ts'
import { BOUNDS } from './worst-case.ts'

/** One thing, independent of the others, that ends a fault. */
export interface Ring {
  readonly ring: 0 | 1 | 2
  /** What does it, in words: "kernel timeout of the set element". */
  readonly by: string
  /** How soon after its cause, at the latest, in milliseconds. */
  readonly withinMs: number
}

/**
 * What ends a fault in a containment, ring by ring. 0: the kernel alone. 1: the agent. 2: who acts when the agent does not: the
 * enclosure's init, and the reaper outside it.
 */
export function ringsOf(acts: Acts, traits: ContainmentTraits, lease: LeaseTerms, backMs: number): Ring[] {
  const rings: Ring[] = []
  if (acts.selfExpires)
    rings.push({ ring: 0, by: 'the kernel forgets the timed set elements after one lease', withinMs: lease.ms + BOUNDS.kernelTimerMs })
  if (acts.inject.some((step) => step.do === 'hold')) {
    rings.push({ ring: 0, by: 'the kernel ends the held children when their parent dies, and at their CPU limit', withinMs: BOUNDS.deathMs })
  }
  if (traits.diesWithAgent) rings.push({ ring: 0, by: 'the kernel ends the whole enclosure with the agent', withinMs: BOUNDS.deathMs })
  rings.push({
    ring: 1,
    by: "the agent reverts when the controller's pipe ends, the lease is lost or the limit is reached",
    withinMs: lease.ms + lease.renewEveryMs + backMs,
  })
  rings.push({ ring: 2, by: "the enclosure's init undoes by itself when the agent falls silent", withinMs: BOUNDS.deafMs + BOUNDS.listenMs + backMs })
  rings.push({ ring: 2, by: 'the reaper undoes what is owed on disk when the agent is gone', withinMs: BOUNDS.reaperPollMs + backMs })
  return rings
}
