import type { LeaseTerms } from '../lease/lease.ts'
import type { Acts, TargetKind } from '../faults/fault.ts'
import type { FaultSpec } from '../faults/catalogue.ts'
import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import type { LoadSpec } from '../signals/load.ts'
import type { WorstCase } from './worst-case.ts'
import type { ContainmentName } from './containment-traits.ts'
import type { Ring } from './rings.ts'

/** One thing the run may hit: a replica (`worker#2`) or a link between two (`api#1~worker#2`). */
export interface PlannedTarget {
  readonly id: string
  /** The replicas it is made of: one for a member, two for a link. */
  readonly members: readonly string[]
}

/** One instant of injection inside a stage. */
export interface PlannedAct {
  /** From the start of its stage, in milliseconds. */
  readonly offsetMs: number
  /** A planned target by id; or, for a random victim, `u` in [0, 1): the live member number ⌊u·n⌋ of the stage's targets, in service order. */
  readonly pick: { readonly target: string } | { readonly u: number }
}

export interface PlannedStage {
  readonly number: number
  /** Targets that may be under fault in this stage: `max(1, ceil(percent × planned))`, or the integer asked for. The first ones in order. */
  readonly targets: number
  readonly holdMs: number
  readonly acts: readonly PlannedAct[]
}

/** A look at the system itself after the revert: the answer of an HTTP GET, from inside the enclosure's network. */
export interface Invariant {
  readonly name: string
  readonly get: string
  readonly expectStatus: number
  readonly withinMs: number
}

/** Where a plan comes from. Digests are SHA-256 (hex); `expansion` is the one of the charter in full. */
export interface CharterRef {
  readonly file: string
  readonly digest: string
  readonly expansion: string
  /** The containment that the charter itself names, if it names one. */
  readonly containment?: ContainmentName | undefined
}

/** The charter resolved before anything runs. Two plans with one digest do the same to the same. Holds no instant and no pid. */
export interface Plan {
  readonly version: 1
  readonly charter: CharterRef & { readonly name: string }
  readonly stack: { readonly file: string; readonly digest: string }
  readonly hypothesis: string
  readonly environment: string
  readonly containment: ContainmentName
  readonly owner: string
  readonly seed: string
  readonly fault: FaultSpec
  /** The fault in words. */
  readonly sentence: string
  readonly hits: TargetKind
  readonly targets: readonly PlannedTarget[]
  /** The step templates; the agent rebuilds them from its own catalogue and refuses a plan whose templates differ. */
  readonly templates: Acts
  readonly stages: readonly PlannedStage[]
  readonly load: LoadSpec | undefined
  readonly signals: readonly SignalSpec[]
  readonly gates: readonly GateSpec[]
  readonly invariants: readonly Invariant[]
  readonly baselineMs: number
  /** How long the recovery is watched after the revert, in milliseconds. */
  readonly recoveryMs: number
  /** The whole time under fault, at most. */
  readonly limitMs: number
  readonly lease: LeaseTerms
  readonly maxAbortMs: number
  readonly worstCase: WorstCase
  /** What ends the fault, ring by ring, in this containment. */
  readonly rings: readonly Ring[]
}

/** A plan and the SHA-256 (hex) of its canonical JSON. */
export interface DigestedPlan {
  readonly plan: Plan
  readonly digest: string
}
