import type { LeaseTerms } from '../lease/lease.ts'
import type { FaultSpec } from '../faults/catalogue.ts'
import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import type { ContainmentName } from '../plan/containment-traits.ts'
import type { Invariant } from '../plan/plan.ts'
import type { LoadSpec } from '../signals/load.ts'

/** One step of the ramp, as asked for; the plan makes it a number of targets. */
export type RampStep = { readonly targets: number } | { readonly percent: number }

/** A charter in full: every default filled, every duration in milliseconds. Made from what a person wrote by `expandCharter`. */
export interface Charter {
  readonly name: string
  readonly purpose: string | undefined
  readonly hypothesis: string
  /** The Compose file, relative to the charter's folder. */
  readonly stack: string
  readonly environment: string
  readonly containment: ContainmentName
  readonly load: LoadSpec | undefined
  readonly signals: readonly SignalSpec[]
  readonly fault: FaultSpec
  readonly ramp: { readonly steps: readonly RampStep[]; readonly holdMs: number }
  readonly gates: readonly GateSpec[]
  readonly invariants: readonly Invariant[]
  readonly baselineMs: number
  /** How long the recovery is watched after the revert. */
  readonly recoveryMs: number
  /** The whole time under fault, at most. */
  readonly limitMs: number
  readonly lease: LeaseTerms
  readonly maxAbortMs: number
  readonly seed: string
  readonly owner: string
  readonly people: { readonly approvers: readonly string[]; readonly notify: readonly string[] }
  /** For people: how they would put things back by hand. */
  readonly rollback: string | undefined
  /** For people: when this may run. */
  readonly schedule: { readonly window: string } | undefined
}

/** What a charter does not say by itself: facts of the folder and the person. */
export interface CharterContext {
  /** Name of the charter's file, with or without extension: the default of `name`. */
  readonly fileName: string
  /** The default of `stack`, relative to the charter's folder. */
  readonly stackFile: string
  /** The default of `containment`: the strongest that works here. */
  readonly containment: ContainmentName
  /** The default of `owner`. */
  readonly owner: string
  /** The default of `seed`. */
  readonly seed: string
}
