import { foldRun, judge, type Verdict } from '@safechaos/core'
import type { RecordDesk } from './desk.ts'

/** Gives the five judgements from what is recorded, and from nothing else, and records them. That the disk once refused a record is a record, too. */
export async function judgeRun(desk: RecordDesk): Promise<string> {
  const { failure } = desk.ports.ledger
  if (failure !== undefined) desk.note({ kind: 'late', what: `not every record was durable in its time: ${failure.message}` })
  const verdict = judge(foldRun(desk.records))
  desk.record({ kind: 'verdict', verdict })
  return verdict.sentence
}

/** The recorded verdict. A run whose judging failed is judged once more from its records: it must end with a verdict. */
export function verdictOf(desk: Pick<RecordDesk, 'records'>): Verdict {
  const view = foldRun(desk.records)
  return view.verdict ?? judge(view)
}
