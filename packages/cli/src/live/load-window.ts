import { type LoadSlice, quantileOfSorted } from '@safechaos/core'

/** The last seconds of load, as one line of numbers. */
export interface LoadNow {
  readonly sentPerSecond: number
  readonly okRatio: number
  readonly p50: number
  readonly p99: number
}

const KEPT_MS = 5000

/** Keeps the newest slices. Slices may come late and out of order. */
export class LoadWindow {
  #slices: LoadSlice[] = []

  add(slice: LoadSlice): void {
    const newest = Math.max(slice.to, ...this.#slices.map(({ to }) => to))
    this.#slices = [...this.#slices, slice].filter(({ from }) => from > newest - KEPT_MS)
  }

  /** Undefined until the first request is answered. */
  now(): LoadNow | undefined {
    const scheduled = this.#slices.reduce((sum, slice) => sum + slice.scheduled, 0)
    const covered = this.#slices.reduce((sum, { from, to }) => sum + (to - from), 0)
    const latencies = this.#slices.flatMap((slice) => slice.latencies).sort((a, b) => a - b)
    if (scheduled === 0 || covered <= 0) return undefined
    const ok = this.#slices.reduce((sum, slice) => sum + slice.ok, 0)
    return {
      sentPerSecond: (scheduled * 1000) / covered,
      okRatio: ok / scheduled,
      p50: quantileOfSorted(latencies, 0.5) ?? 0,
      p99: quantileOfSorted(latencies, 0.99) ?? 0,
    }
  }
}
