/** Lateness below this is ordinary on a busy machine, in milliseconds. */
const ORDINARY_MS = 500
const KEPT_MS = 60_000

/**
 * Remembers when this machine itself was late: the load generator against its schedule, and this process against its own timer. What is
 * measured in such a moment says more about the machine than about the system under test.
 */
export class Starvation {
  #late: { readonly at: number; readonly ms: number }[] = []

  /** At this instant (epoch milliseconds) something of ours was late by so much. */
  saw(at: number, ms: number): void {
    if (ms < ORDINARY_MS / 2) return
    this.#late = [...this.#late.filter((one) => at - one.at < KEPT_MS), { at, ms }]
  }

  /** The worst lateness since `from`, if it is more than ordinary and more than half of a window; else undefined. */
  during(from: number, windowMs: number): number | undefined {
    const worst = Math.max(0, ...this.#late.filter(({ at }) => at >= from).map(({ ms }) => ms))
    return worst > Math.max(ORDINARY_MS, windowMs / 2) ? worst : undefined
  }
}
