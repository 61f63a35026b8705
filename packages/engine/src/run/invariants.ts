import type { Invariant, SignalSpec } from '@safechaos/core'

const EVERY_MS = 500

/** The signal that an invariant is read by. */
export const invariantSignal = ({ name }: Invariant): string => `invariant:${name}`

/** Invariants are looked at from inside the enclosure's network, like any other signal. */
export const invariantSignals = (invariants: readonly Invariant[]): SignalSpec[] =>
  invariants.map((invariant) => ({
    name: invariantSignal(invariant),
    from: 'http',
    url: invariant.get,
    everyMs: EVERY_MS,
    timeoutMs: Math.min(invariant.withinMs, 2000),
    expectStatus: invariant.expectStatus,
    unit: 'up',
  }))
