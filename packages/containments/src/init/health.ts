import type { HealthCheck } from '@safechaos/core'

/** A service that is not healthy yet is asked this often, however long its interval: start-up should not wait for a long one. */
const EAGER_MS = 250

/** Asks a service for its health at an interval; `retries` failures in a row outside the start period make it unhealthy. */
export class HealthMonitor {
  #timer: NodeJS.Timeout | undefined
  #ended = false
  #healthy: boolean | undefined
  #failures = 0
  readonly #began = performance.now()
  readonly #check: HealthCheck
  readonly #test: () => Promise<boolean>
  readonly #changed: (healthy: boolean) => void
  constructor(check: HealthCheck, test: () => Promise<boolean>, changed: (healthy: boolean) => void) {
    this.#check = check
    this.#test = test
    this.#changed = changed
    this.#timer = setTimeout(() => void this.#ask(), Math.min(check.intervalMs, 50))
  }

  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    const passed = await this.#test()
    if (this.#ended) return
    this.#judge(passed)
    const pause = this.#healthy === true ? this.#check.intervalMs : Math.min(this.#check.intervalMs, EAGER_MS)
    this.#timer = setTimeout(() => void this.#ask(), pause)
  }

  #judge(passed: boolean): void {
    if (passed) {
      this.#failures = 0
      this.#become(true)
      return
    }
    if (this.#healthy === undefined && performance.now() - this.#began < this.#check.startPeriodMs) return
    this.#failures += 1
    if (this.#failures >= this.#check.retries) this.#become(false)
  }

  #become(healthy: boolean): void {
    if (this.#healthy === healthy) return
    this.#healthy = healthy
    this.#changed(healthy)
  }
}
