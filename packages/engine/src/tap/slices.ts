import { BOUNDS, type LoadSlice } from '@safechaos/core'

/** Width of a slice of the load stream, in milliseconds. */
export const SLICE_MS = BOUNDS.sliceMs

/** A slice that still waits for answers. */
export interface OpenSlice {
  readonly index: number
  scheduled: number
  ok: number
  readonly failed: Record<string, number>
  readonly latencies: number[]
  lateMs: number
}

/**
 * Counts requests by the slice of their scheduled send, and emits a slice when its time is over and its last request has ended.
 * Slices without requests are emitted too: they say that the generator lives. `epoch` is the instant of offset zero.
 */
export class Slices {
  readonly #epoch: number
  readonly #emit: (slice: LoadSlice) => void
  readonly #open = new Map<number, OpenSlice>()
  #next = 0

  constructor(epoch: number, emit: (slice: LoadSlice) => void) {
    this.#epoch = epoch
    this.#emit = emit
  }

  /** A request is scheduled at this offset and sent `lateMs` after it. */
  scheduled(offsetMs: number, lateMs: number): OpenSlice {
    const slice = this.#at(indexOf(offsetMs))
    slice.scheduled++
    slice.lateMs = Math.max(slice.lateMs, lateMs)
    return slice
  }

  /** A request of the slice has ended; `failure` is its class, or undefined when it was answered well. */
  ended(slice: OpenSlice, latencyMs: number, failure: string | undefined): void {
    slice.latencies.push(Math.round(latencyMs * 10) / 10)
    if (failure === undefined) slice.ok++
    else slice.failed[failure] = (slice.failed[failure] ?? 0) + 1
    this.#emitIfDone(slice)
  }

  /** Nothing will be scheduled before this offset any more. */
  passed(offsetMs: number): void {
    const now = indexOf(offsetMs)
    while (this.#next < now) this.#emitIfDone(this.#at(this.#next++))
  }

  #at(index: number): OpenSlice {
    const known = this.#open.get(index)
    if (known !== undefined) return known
    const slice = { index, scheduled: 0, ok: 0, failed: {}, latencies: [], lateMs: 0 }
    this.#open.set(index, slice)
    return slice
  }

  #emitIfDone(slice: OpenSlice): void {
    if (slice.index >= this.#next || slice.latencies.length < slice.scheduled) return
    this.#open.delete(slice.index)
    const from = this.#epoch + slice.index * SLICE_MS
    const { scheduled, ok, failed, latencies, lateMs } = slice
    this.#emit({ kind: 'load', from, to: from + SLICE_MS, scheduled, ok, failed, latencies, lateMs: Math.round(lateMs * 10) / 10 })
  }
}

// Offsets are sums of fractions: one that is meant to be on a border must not fall short of it by a rounding error.
const indexOf = (offsetMs: number): number => Math.floor(offsetMs / SLICE_MS + 1e-9)
