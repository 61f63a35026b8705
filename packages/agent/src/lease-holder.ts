import { grantLease, type Lease, leaseIsOver, renewLease } from '@safechaos/core'
import type { Clock } from './clock.ts'

export type Renewed = { readonly ok: true; readonly until: number } | { readonly ok: false; readonly why: string }

/** Holds the lease of one run and reads the clock for it; every decision is core's. */
export class LeaseHolder {
  readonly #clock: Clock
  readonly #ms: number
  /** Undefined until the first act: nothing is applied that could be kept. */
  #lease: Lease | undefined
  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** Starts with the first act; later calls change nothing. */
  start(): void {
    this.#lease ??= this.#granted()
  }

  /** Before the first act evidence is judged by the same rule, and kept by nobody. `until` is an epoch instant, for people. */
  renew(newest: number): Renewed {
    const epoch = this.#clock.now()
    const renewal = renewLease(this.#lease ?? this.#granted(), newest, { mono: this.#clock.monotonic(), epoch })
    if (!renewal.ok) return renewal
    if (this.#lease !== undefined) this.#lease = renewal.lease
    return { ok: true, until: epoch + this.#ms }
  }

  /** True once it was started and has run out. */
  expired(): boolean {
    return this.#lease !== undefined && leaseIsOver(this.#lease, this.#clock.monotonic())
  }

  #granted(): Lease {
    return grantLease(this.#ms, this.#clock.monotonic(), this.#clock.now())
  }
}
