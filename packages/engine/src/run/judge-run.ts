import { foldRun, judge, type Verdict } from '@safechaos/core'
import type { Desk } from './desk.ts'

/** Gives the five judgements from what is recorded, and from nothing else, and records them. */
export async function judgeRun(desk: Desk): Promise<string> {
  const verdict = judge(foldRun(desk.records))
  desk.record({ kind: 'verdict', verdict })
  return verdict.sentence
}

/** The recorded verdict. A run whose judging failed is judged once more from its records: it must end with a verdict. */
export function verdictOf(desk: Desk): Verdict {
  const view = foldRun(desk.records)
  return view.verdict ?? judge(view)
}
