import type { LogCount, Sample } from '@safechaos/core'
import type { Resolve } from './hosts.ts'

/** What was counted of the log signals, by name, when the init told it: `at` in epoch milliseconds, `ms` of a clock that nobody sets. */
export interface Printed {
  readonly at: number
  readonly ms: number
  readonly printed: Readonly<Record<string, LogCount>>
}

/** What a signal is read with. */
export interface SignalContext {
  readonly run: string
  readonly resolve: Resolve
  /** Main pids by replica id, as they are now. */
  roots(): Readonly<Record<string, number>>
  /** The newest word of the init on what services printed; undefined before the first. */
  printed(): Printed | undefined
}

/** One reading: calls `done` exactly once, at most its own deadline later; undefined when there is nothing to say yet. */
export type Read = (done: (sample: Sample | undefined) => void) => void
