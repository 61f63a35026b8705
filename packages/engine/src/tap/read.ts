import type { Sample } from '@safechaos/core'
import type { Resolve } from './hosts.ts'

/** What a signal is read with. */
export interface SignalContext {
  readonly run: string
  readonly resolve: Resolve
  /** Main pids by replica id, as they are now. */
  roots(): Readonly<Record<string, number>>
}

/** One reading: calls `done` exactly once, at most its own deadline later; undefined when there is nothing to say yet. */
export type Read = (done: (sample: Sample | undefined) => void) => void
