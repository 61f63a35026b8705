import { rmSync } from 'node:fs'
import { foldRun, messageOf } from '@safechaos/core'
import { keepHead } from '../evidence/kept-head.ts'
import { makeSeal } from '../evidence/seal.ts'
import { exportLedger } from '../ledger/export-ledger.ts'
import type { RecordDesk } from './desk.ts'

/** Makes the run folder readable without us: the ledger's lines, the residue proof, and the reports. */
export async function report(desk: RecordDesk): Promise<string> {
  const { folder, ledger } = desk.ports
  const { samples, logs } = await folder.close()
  for (const [name, { dropped, trouble }] of Object.entries({ samples, logs })) {
    if (dropped > 0 || trouble !== undefined)
      desk.record({ kind: 'late', what: `${name}: ${dropped} lines are missing${trouble === undefined ? '' : `: ${trouble}`}` })
  }
  folder.write('residue.json', `${JSON.stringify(foldRun(desk.records).residue, undefined, 2)}\n`)
  ledger.flush()
  exportLedger(ledger.lines(), folder.path('ledger.jsonl'))
  desk.reported = ledger.head.seq - ledger.waiting
  // Loaded only here: nothing that comes before needs it, and the enclosure would open later.
  const { writeReports } = await import('../report/write-reports.ts')
  const { html } = await writeReports(folder.dir)
  return html
}

/** Ends the record and closes it with a seal over the whole folder. Whatever cannot be written any more stays in `ledger.db` and is told by `verify`. A run that nobody heard of leaves none. */
export async function endRecord(desk: RecordDesk): Promise<void> {
  const { folder, ledger } = desk.ports
  if (!desk.isTold) {
    ledger.close()
    await folder.close()
    rmSync(folder.dir, { recursive: true, force: true })
    return
  }
  await folder.close()
  ledger.flush()
  seal(desk)
  try {
    exportLedger(ledger.lines(), folder.path('ledger.jsonl'))
  } catch {
    // The verdict matters more than a copy of what `ledger.db` holds; half a copy is worse than none.
    rmSync(folder.path('ledger.jsonl'), { force: true })
  }
  ledger.close()
}

/** A folder that cannot be read whole is not sealed, and `verify` says so. */
function seal(desk: RecordDesk): void {
  const { folder, ledger, run, stateDir } = desk.ports
  try {
    desk.record(makeSeal(folder.dir, desk.reported))
    if (ledger.waiting === 0) keepHead(stateDir, run, ledger.head)
  } catch (error) {
    desk.record({ kind: 'late', what: `the run folder was not sealed: ${messageOf(error)}` })
  }
}
