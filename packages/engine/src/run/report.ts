import { foldRun } from '@safechaos/core'
import { exportLedger } from '../ledger/export-ledger.ts'
import { writeReports } from '../report/write-reports.ts'
import type { Desk } from './desk.ts'

/** Makes the run folder readable without us: the ledger's lines, the residue proof, and the reports. */
export async function report(desk: Desk): Promise<string> {
  const { folder, ledger } = desk.ports
  const { samples, logs } = await folder.close()
  for (const [name, { dropped, trouble }] of Object.entries({ samples, logs })) {
    if (dropped > 0 || trouble !== undefined)
      desk.record({ kind: 'late', what: `${name}: ${dropped} lines are missing${trouble === undefined ? '' : `: ${trouble}`}` })
  }
  folder.write('residue.json', `${JSON.stringify(foldRun(desk.records).residue, undefined, 2)}\n`)
  exportLedger(ledger.lines(), folder.path('ledger.jsonl'))
  const { html } = await writeReports(folder.dir)
  return html
}

/** Ends the record. Whatever cannot be written any more stays in `ledger.db` and is told by `verify`. */
export function endRecord(desk: Desk): void {
  const { folder, ledger } = desk.ports
  exportLedger(ledger.lines(), folder.path('ledger.jsonl'))
  ledger.close()
}
