import { createHash } from 'node:crypto'
import type { EndCause } from '@safechaos/core'

/** The instant of the first injection of every synthetic run, epoch milliseconds. */
export const SYNTHETIC_ZERO = Date.UTC(2025, 10, 25, 16, 0, 0)

export const WORKERS = ['worker#1', 'worker#2', 'worker#3', 'worker#4'] as const
export const BASELINE_MS = 5000
export const HOLD_MS = 10_000
export const RECOVERY_MS = 10_000

/** How one synthetic run goes. */
export interface Story {
  readonly name: string
  /** From the first injection to the moment the fault is taken back. */
  readonly endMs: number
  readonly cause: EndCause
  readonly lagAt: (ms: number, endMs: number, noise: () => number) => number
  readonly recoverMs: number
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
