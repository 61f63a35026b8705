import type { Clock } from './clock.ts'

/** How far in the future an instant of evidence may lie, for clocks that differ a little. */
const SKEW_MS = 1000

export type Renewal = { readonly ok: true; readonly until: number } | { readonly ok: false; readonly why: string }

/**
 * The right to keep faults applied. It ends by itself; only green evidence that is newer than the last prolongs it.
 * Expiry is judged by monotonic time, evidence by the wall clock that stamped it.
 */
export class Lease {
  readonly #clock: Clock
  readonly #ms: number
  #endsAt: number | undefined
  #newest = Number.NEGATIVE_INFINITY
  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** Starts with the first act; later calls change nothing. */
  start(): void {
    this.#endsAt ??= this.#clock.monotonic() + this.#ms
  }

  /** `until` is an epoch instant, for people. */
  renew(newest: number): Renewal {
    const now = this.#clock.now()
    if (!Number.isFinite(newest)) return { ok: false, why: `${newest} is not an instant` }
    if (this.expired()) return { ok: false, why: 'the lease has already ended' }
    if (newest <= this.#newest) return { ok: false, why: `the evidence does not advance: ${newest} after ${this.#newest}` }
    if (newest > now + SKEW_MS) return { ok: false, why: `the evidence is ${Math.round(newest - now)} ms in the future` }
    if (newest < now - this.#ms) return { ok: false, why: `the evidence is ${Math.round(now - newest)} ms old, and the lease ${this.#ms} ms` }
    this.#newest = newest
    if (this.#endsAt !== undefined) this.#endsAt = this.#clock.monotonic() + this.#ms
    return { ok: true, until: now + this.#ms }
  }

  /** True once it was started and has run out. */
  expired(): boolean {
    return this.#endsAt !== undefined && this.#clock.monotonic() >= this.#endsAt
  }
}
