import type { ExitCode } from '../exit.ts'
import type { EndCause } from '../ledger/end-causes.ts'

/** One judgement: a light and its plain reason. */
export interface Judgement<State extends string> {
  readonly state: State
  readonly why: string
}

/** The five judgements of a run, the one sentence above them, and the exit code that follows. */
export interface Verdict {
  readonly sentence: string
  readonly endedBy: EndCause
  readonly hypothesis: Judgement<'held' | 'refuted' | 'inconclusive'>
  readonly effect: Judgement<'landed' | 'did-not-land' | 'unknown'>
  readonly rollback: Judgement<'clean' | 'stuck' | 'nothing-to-undo'>
  readonly containment: Judgement<'held' | 'weaker' | 'broken'>
  readonly evidence: Judgement<'complete' | 'gaps'>
  readonly exit: ExitCode
}
