import type { Look, PlannedTarget, Residue, Seen, Stack, Step } from '@safechaos/core'
import type { EnclosureEvent, Member, StepResult, TapConfig } from '../containment.ts'

/** What the agent asks of the init: JSON lines on the init's standard input. The end of that input ends everything. */
export type InitAsk =
  | { readonly ask: 'prepare'; readonly stack: Stack; readonly stackDir: string }
  | { readonly ask: 'start' }
  | { readonly ask: 'members' }
  | { readonly ask: 'arm'; readonly act: string; readonly target: PlannedTarget; readonly undo: readonly Step[] }
  | { readonly ask: 'run'; readonly act: string; readonly target: PlannedTarget; readonly step: Step }
  | { readonly ask: 'look'; readonly act: string; readonly target: PlannedTarget; readonly look: Look }
  | { readonly ask: 'disarm'; readonly act: string }
  /** Has no answer. */
  | { readonly ask: 'beat' }
  /** `program`: the tap's bundle. */
  | { readonly ask: 'tap'; readonly config: TapConfig; readonly program: string }
  /** Runs a JavaScript text in Node with exactly what the first service has; what it prints comes back. */
  | { readonly ask: 'hostile'; readonly script: string; readonly args: readonly string[]; readonly timeoutMs: number }
  | { readonly ask: 'snapshot' }
  | { readonly ask: 'restore' }
  | { readonly ask: 'residue' }
  /** Services end in order (SIGTERM, then SIGKILL), then the init. */
  | { readonly ask: 'end' }

export interface InitAnswers {
  /** Addresses by replica id. */
  readonly prepare: { readonly addresses: Readonly<Record<string, string>> }
  readonly start: Record<string, never>
  readonly members: { readonly members: readonly Member[] }
  readonly arm: Record<string, never>
  readonly run: { readonly result: StepResult }
  readonly look: { readonly seen: Seen }
  readonly disarm: Record<string, never>
  readonly tap: Record<string, never>
  readonly hostile: { readonly output: string }
  readonly snapshot: { readonly detail: string }
  readonly restore: { readonly detail: string }
  readonly residue: { readonly residue: Residue }
  readonly end: Record<string, never>
}

/** `beat` has no id and no answer. */
export type InitMessage = InitAsk & { readonly id?: number }

export type InitWord =
  | { readonly re: number; readonly ok: true; readonly answer: InitAnswers[keyof InitAnswers] }
  | { readonly re: number; readonly ok: false; readonly code: 'SC_STACK' | 'SC_CONTAINMENT' | 'SC_UNREACHABLE'; readonly message: string }
  /** The init runs and waits. `pid` in its own PID namespace. */
  | { readonly word: 'ready'; readonly pid: number; readonly pidNamespace: string }
  | { readonly word: 'event'; readonly event: EnclosureEvent }

/** An expected failure inside the init that becomes a `no` on the channel. */
export class Refusal extends Error {
  readonly code: 'SC_STACK' | 'SC_CONTAINMENT' | 'SC_UNREACHABLE'
  constructor(code: Refusal['code'], message: string) {
    super(message)
    this.code = code
  }
}
