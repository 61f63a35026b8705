import type { z } from 'zod'
import type { Json } from '../canonical.ts'
import type { Zod } from '../zod.ts'
import type { Look, Step } from './step.ts'

/** What a fault leaves for the residue scan to compare. */
export type ResidueKey = 'services' | 'process-state' | 'nft' | 'held'

/** What a fault needs from a containment; `doctor` tries each, and a containment says which it offers. */
export type Need = 'signals' | 'services' | 'nft' | 'hold'

/**
 * What a fault hits. `members`: single replicas of one service. `links`: pairs of replicas, one of each service.
 */
export type TargetKind = { readonly of: 'members'; readonly service: string } | { readonly of: 'links'; readonly between: readonly [string, string] }

/** Everything that is done for one target, as templates, decided before anything runs. */
export interface Acts {
  readonly inject: readonly Step[]
  /** Idempotent; tried even if the inject was never confirmed. */
  readonly undo: readonly Step[]
  /** All must be seen for "it is back". */
  readonly verify: readonly Look[]
  /** All must be seen for "it landed". */
  readonly landed: readonly Look[]
  /** For kernel-timed faults: prolongs the life of what `inject` made, by one lease. */
  readonly renew?: readonly Step[]
  /** What the fault does by itself when the process that holds it dies. `worsens` is forbidden outside dev. */
  readonly holderDeath: 'reverts' | 'persists' | 'worsens'
  /** True if the kernel ends the fault without anybody's help when it is no longer renewed. */
  readonly selfExpires: boolean
  /** What becomes of the fault when its target restarts by itself. */
  readonly onRestart: 'ends' | 'reapply' | 'persists'
}

/** How the acts of one fault are spread over time: all targets of a stage at once, or one random victim after the other. */
export type Spread = { readonly kind: 'at-once' } | { readonly kind: 'random'; readonly meanIntervalMs: number }

/** One kind of harm. A new one is one file like this and one line in the catalogue. */
export interface FaultDefinition<Spec extends { readonly kind: string }> {
  readonly kind: Spec['kind']
  readonly group: 'process' | 'network' | 'resource'
  /** What its targets are while it lasts, in the sentence "with 2 of 4 replicas of worker killed". */
  readonly afflicted: string
  /** One sentence for people. */
  readonly summary: string
  readonly worst: string
  /** What a person may write; given the library only by who reads a charter, so that nobody else has to load it. */
  readonly schema: (z: Zod) => z.ZodType<Spec>
  readonly needs: readonly Need[]
  readonly touches: readonly ResidueKey[]
  /** A charter fragment as a person writes it, for the generated reference and for tests; `schema` accepts it. */
  readonly example: Readonly<Record<string, Json>> & { readonly kind: Spec['kind'] }
  target(spec: Spec): TargetKind
  spread(spec: Spec): Spread
  acts(spec: Spec): Acts
  /** The exact harm in words: "send SIGKILL to the main process of worker". */
  sentence(spec: Spec): string
}

/** Keeps the type of one definition while the catalogue holds them all. */
export function defineFault<Spec extends { readonly kind: string }>(definition: FaultDefinition<Spec>): FaultDefinition<Spec> {
  return definition
}
