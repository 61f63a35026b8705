import type { EnclosureEvent, EnclosureIdentity, Member, TapConfig } from '@safechaos/containments'
import type { ActRecord, CheckLine, DigestedPlan, EndCause, Residue, SafechaosError, Seen, Stack, Wall } from '@safechaos/core'

/**
 * Between controller and agent: JSON lines over the agent's standard input and output. The agent is never handed steps: it gets the plan,
 * rebuilds the templates and compares. End of its input means that the controller is gone: it reverts, closes and exits.
 */
export type Ask =
  /** The walls are launched with the agent's start (its arguments name run, lab and containment); this hands over what is to run inside them. Starts nothing. */
  | { readonly ask: 'prepare'; readonly stack: Stack; readonly stackDir: string }
  /** Starts the prepared stack, if it is the one of the plan. Without a plan it is only held (`up`). */
  | { readonly ask: 'open'; readonly planned: DigestedPlan | undefined }
  | { readonly ask: 'tap'; readonly config: TapConfig }
  | { readonly ask: 'members' }
  | { readonly ask: 'walls' }
  /** Targets resolve, floors hold, undo rehearsed on a canary (dry inject, verify landed, undo, verify), fitness. */
  | { readonly ask: 'preflight' }
  /** The grant for stage `stage` (1-based; never backwards, never beyond the plan). Starts the lease with the first one. */
  | { readonly ask: 'inject'; readonly stage: number }
  /** Proof of a recent green: `newest` is the epoch instant of the oldest of the gates' newest green samples. Must advance. */
  | { readonly ask: 'renew'; readonly newest: number }
  | { readonly ask: 'landed' }
  | { readonly ask: 'revert'; readonly cause: EndCause }
  | { readonly ask: 'snapshot' }
  | { readonly ask: 'restore' }
  /** Are the files of the lab still the ones that the plan's digest covers? */
  | { readonly ask: 'files' }
  | { readonly ask: 'residue' }
  /** Answers when what is left was judged; that nothing is owed and the environment is given back is on disk when the agent exits. */
  | { readonly ask: 'close' }

export interface Answers {
  readonly prepare: Record<string, never>
  readonly open: {
    readonly members: readonly Member[]
    readonly identity: EnclosureIdentity
    readonly weaker: readonly string[]
    readonly epoch: number
  }
  readonly tap: Record<string, never>
  readonly members: { readonly members: readonly Member[] }
  readonly walls: { readonly walls: readonly Wall[] }
  readonly preflight: { readonly lines: readonly CheckLine[] }
  /** When the acts at offset zero are done. Later ones come as `act` words. */
  readonly inject: { readonly acts: readonly ActRecord[] }
  /** Epoch instant at which the lease ends unless it is renewed again. */
  readonly renew: { readonly untilMs: number }
  readonly landed: { readonly seen: Seen }
  readonly revert: RevertAnswer
  readonly snapshot: { readonly detail: string }
  readonly restore: { readonly detail: string }
  readonly files: { readonly changed: readonly string[] }
  readonly residue: { readonly residue: Residue }
  /** `residue`: judged from outside after the enclosure is gone. */
  readonly close: { readonly residue: Residue }
}

export interface RevertAnswer {
  readonly cause: EndCause
  /** From the moment the agent knew until the last act was verified gone. */
  readonly ms: number
  readonly acts: number
  /** Acts that could not be verified gone after all tries. Not empty: UNCLEAN, and the environment is locked. */
  readonly stuck: readonly string[]
}

export type AskMessage = Ask & { readonly id: number }

/** The `re` of an answer that is about the agent's own start: asks are numbered from 1. Said only if its walls cannot be raised. */
export const START = 0

/** What the agent says: the answer to an ask, or a word of its own accord. */
export type Word =
  | { readonly re: number; readonly ok: true; readonly answer: Answers[keyof Answers] }
  | { readonly re: number; readonly ok: false; readonly problems: SafechaosError['problems'] }
  /** It runs and its walls stand; `pid` and what else a person may want to know. */
  | { readonly word: 'ready'; readonly pid: number }
  | { readonly word: 'enclosure'; readonly event: EnclosureEvent }
  /** A new link of the agent's own fsynced chain. */
  | { readonly word: 'act'; readonly act: ActRecord; readonly seq: number; readonly head: string }
  /** It takes everything back without being asked: lease, limit, abort file, signal, or the enclosure's own supervisor. Said before it refuses anything for that. */
  | { readonly word: 'ending'; readonly cause: EndCause; readonly detail: string }
  /** What came of an end that nobody had asked for. */
  | { readonly word: 'reverted'; readonly result: RevertAnswer }
  /** One more reason to end, heard while it was ending already: it changes nothing, and is recorded. */
  | { readonly word: 'also'; readonly cause: EndCause; readonly detail: string }

/** Arguments of the agent program, as JSON in its first argument. */
export interface AgentArguments {
  readonly run: string
  readonly labDir: string
  readonly containment: 'sandbox' | 'process'
  /** The lab's part of the state folder: `<state>/labs/<key>`. */
  readonly stateDir: string
  /** Who started it: pid and start time (field 22), never to be hit. */
  readonly controller: { readonly pid: number; readonly start: string }
  /** True for `up`: no run, no lease; once it is open it lives until it is told to close or its state's `down` file appears. */
  readonly detached: boolean
}
