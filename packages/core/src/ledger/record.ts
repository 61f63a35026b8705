import type { Json } from '../canonical.ts'
import type { Stage } from '../stages.ts'
import type { Seen } from '../faults/step.ts'
import type { GateState } from '../gate/gate.ts'
import type { DigestedPlan } from '../plan/plan.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { EndCause } from './end-causes.ts'

/** One act of the agent on one target, as the agent's own chain has it. Stage 0 is the rehearsal on the canary. */
export interface ActRecord {
  readonly act: string
  readonly stage: number
  readonly target: string
  readonly what: 'owed' | 'injected' | 'inject-failed' | 'landed' | 'not-landed' | 'landed-unknown' | 'undone' | 'verified' | 'stuck'
  readonly detail: string
}

/** One difference between before and after. Empty means: nothing of ours is left. */
export interface ResidueItem {
  readonly key: string
  readonly what: string
}
export interface Residue {
  readonly found: readonly ResidueItem[]
  /** What could not be read: never counted as clean. */
  readonly notSeen: readonly string[]
  /** What was looked at, in words. */
  readonly looked: readonly string[]
}

/** One wall of the enclosure, tried by doing. */
export interface Wall {
  readonly wall: string
  readonly held: 'held' | 'not held' | 'not tried'
  readonly detail: string
}

/** One line of preflight. */
export interface CheckLine {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

/** What a ledger holds, by kind. State, progress, report and metrics are folds over these. */
export type Body =
  | { readonly kind: 'begun'; readonly run: string; readonly by: string; readonly host: string; readonly versions: Readonly<Record<string, string>> }
  | { readonly kind: 'stage'; readonly stage: Stage; readonly state: 'entered' | 'done' | 'failed'; readonly detail: string }
  | { readonly kind: 'plan'; readonly planned: DigestedPlan }
  | { readonly kind: 'policy'; readonly effect: 'allow' | 'deny'; readonly why: readonly string[] }
  | { readonly kind: 'opened'; readonly containment: string; readonly weaker: readonly string[]; readonly targets: readonly string[] }
  | { readonly kind: 'walls'; readonly walls: readonly Wall[] }
  | { readonly kind: 'preflight'; readonly lines: readonly CheckLine[] }
  | {
      readonly kind: 'service'
      readonly service: string
      readonly state: 'starting' | 'up' | 'healthy' | 'unhealthy' | 'exited'
      readonly detail: string
    }
  | { readonly kind: 'ramp'; readonly stage: number; readonly targets: number; readonly of: number; readonly state: 'inject' | 'hold' | 'passed' }
  | { readonly kind: 'act'; readonly act: ActRecord; readonly agentSeq: number; readonly agentHead: string }
  | { readonly kind: 'gate'; readonly state: GateState }
  | { readonly kind: 'lease'; readonly state: 'granted' | 'lost' | 'refused'; readonly detail: string }
  | { readonly kind: 'end-cause'; readonly cause: EndCause; readonly detail: string; readonly first: boolean }
  | { readonly kind: 'reverted'; readonly ms: number; readonly acts: number; readonly stuck: readonly string[] }
  | { readonly kind: 'landed'; readonly seen: Seen }
  | { readonly kind: 'invariant'; readonly name: string; readonly held: boolean; readonly detail: string }
  | { readonly kind: 'snapshot'; readonly what: 'taken' | 'restoring' | 'restored' | 'failed'; readonly detail: string }
  | { readonly kind: 'residue'; readonly when: 'before-close' | 'after-close'; readonly residue: Residue }
  /** Files that services could see and that are not what the plan's digest covers; empty: all are. */
  | { readonly kind: 'files'; readonly changed: readonly string[] }
  | { readonly kind: 'recovered'; readonly signal: string; readonly afterMs: number | undefined; readonly detail: string }
  | { readonly kind: 'late'; readonly what: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** Closes the record of a run that came to its end. `files`: the SHA-256 (hex) of every other file of its folder; the reports tell the first `reported` records. */
  | { readonly kind: 'sealed'; readonly reported: number; readonly files: Readonly<Record<string, string>> }
export type RecordKind = Body['kind']

/** One link of the chain. `digest` is the SHA-256 (hex) of the canonical JSON of the other four members. */
export interface LedgerRecord {
  readonly seq: number
  readonly at: number
  readonly prev: string
  readonly body: Body
  readonly digest: string
}

/** What is digested for a record. */
export const recordBytes = (record: Omit<LedgerRecord, 'digest'>): Json =>
  ({ at: record.at, body: record.body, prev: record.prev, seq: record.seq }) as unknown as Json

/** The `prev` of the first record. */
export const GENESIS = '0'.repeat(64)
