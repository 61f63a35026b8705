import type { Containment, Enclosure } from '@safechaos/containments'
import type { Clock } from './clock.ts'
import type { OwedEnclosure, OwedRecords } from './owed.ts'
import type { CheckPlan } from './plan-check.ts'
import type { ProcessId } from './process-identity.ts'
import type { AgentArguments, Word } from './protocol.ts'
import type { Reaper } from './reaper-link.ts'
import type { stackDigest } from './stack-digest.ts'

/** What a session is made of. */
export interface SessionParts {
  readonly arguments: AgentArguments
  readonly containment: Containment
  readonly clock: Clock
  readonly self: ProcessId
  readonly launched: Promise<Enclosure>
  readonly records: OwedRecords
  /** The record that was written before the launch. */
  readonly owed: OwedEnclosure
  /** Resolves when earlier runs were put in order. */
  readonly recovered: Promise<unknown>
  /** Resolves when the sibling that cleans up after this process stands; rejects if it cannot. */
  readonly reaper: Promise<Reaper>
  /** Loads the catalogue and what compares a plan with it. */
  readonly loadPlanCheck: () => Promise<{ readonly checkPlan: CheckPlan }>
  readonly digestStack: typeof stackDigest
  readonly say: (word: Word) => void
  /** Waits before each try of an undo, in milliseconds; tests wait less. */
  readonly backOffMs?: readonly number[]
}
