import { rmSync } from 'node:fs'
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
  ledger.flush()
  exportLedger(ledger.lines(), folder.path('ledger.jsonl'))
  const { html } = await writeReports(folder.dir)
  return html
}

/** Ends the record. Whatever cannot be written any more stays in `ledger.db` and is told by `verify`. A run that nobody heard of leaves none. */
export async function endRecord(desk: Desk): Promise<void> {
  const { folder, ledger } = desk.ports
  if (!desk.isTold) {
    ledger.close()
    await folder.close()
    rmSync(folder.dir, { recursive: true, force: true })
    return
  }
  ledger.flush()
  try {
    exportLedger(ledger.lines(), folder.path('ledger.jsonl'))
  } catch {
    // The verdict matters more than a copy of what `ledger.db` holds; half a copy is worse than none.
    rmSync(folder.path('ledger.jsonl'), { force: true })
  }
  ledger.close()
}
