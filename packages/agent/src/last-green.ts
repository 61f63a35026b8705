import type { Clock } from './clock.ts'

/**
 * Whether every gate was green since the last stage was injected (I3). Evidence has the wall clock's time, which may be set: what counts as
 * later is later than that clock had ever been at the injection, by everything that was seen of it.
 */
export class LastGreen {
  readonly #clock: Clock
  /** How far the wall clock was ahead of the steady one at most. */
  #ahead = Number.NEGATIVE_INFINITY
  /** Undefined before the first stage, which needs no green of its own. */
  #injectedAt: number | undefined
  #green = Number.NEGATIVE_INFINITY
  constructor(clock: Clock) {
    this.#clock = clock
    this.look()
  }

  /** Reads both clocks; the more often, the less a change of one can hide. */
  look(): number {
    // In this order: time that passes between the two does not look like a clock that is ahead.
    const epoch = this.#clock.now()
    const mono = this.#clock.monotonic()
    this.#ahead = Math.max(this.#ahead, epoch - mono)
    return mono + this.#ahead
  }

  injected(): void {
    this.#injectedAt = this.look()
  }

  /** The lease was renewed with this evidence. Evidence from the future says nothing about when it was taken. */
  renewed(newest: number): void {
    this.look()
    if (newest <= this.#clock.now()) this.#green = Math.max(this.#green, newest)
  }

  sinceInjection(): boolean {
    return this.#injectedAt === undefined || this.#green > this.#injectedAt
  }
}
