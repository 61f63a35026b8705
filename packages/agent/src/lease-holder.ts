import { grantLease, type Lease, type LeaseTerms, leaseIsOver, type Now, renewLease } from '@safechaos/core'
import type { Clock } from './clock.ts'

export type Renewed = { readonly ok: true; readonly until: number } | { readonly ok: false; readonly why: string }

/** Holds the lease of one run and reads the clock for it; every decision is core's. */
export class LeaseHolder {
  readonly #clock: Clock
  readonly #granting: LeaseTerms
  /** Undefined until the first act: nothing is applied that could be kept. */
  #lease: Lease | undefined
  constructor(clock: Clock, granting: LeaseTerms) {
    this.#clock = clock
    this.#granting = granting
  }

  /** Starts with the first act; later calls change nothing. */
  start(): void {
    this.#lease ??= grantLease(this.#granting, this.#now())
  }

  /** `until` is an epoch instant, for people. */
  renew(newest: number): Renewed {
    if (this.#lease === undefined) return { ok: false, why: 'there is no lease yet' }
    const now = this.#now()
    const renewal = renewLease(this.#lease, newest, now)
    if (!renewal.ok) return renewal
    this.#lease = renewal.lease
    return { ok: true, until: now.epoch + renewal.lease.untilMono - now.mono }
  }

  /** True once it was started and has run out. */
  expired(): boolean {
    return this.#lease !== undefined && leaseIsOver(this.#lease, this.#clock.monotonic())
  }

  #now(): Now {
    return { mono: this.#clock.monotonic(), epoch: this.#clock.now() }
  }
}
