import type { LedgerRecord } from '@safechaos/core'
import { sqlite } from './sqlite.ts'

/** The records of a ledger that another process may be writing, after sequence number `after`, in order. Empty while there is no database yet. */
export function readRecords(path: string, after = 0): LedgerRecord[] {
  let db: InstanceType<ReturnType<typeof sqlite>['DatabaseSync']>
  try {
    db = new (sqlite().DatabaseSync)(path, { readOnly: true, timeout: 1000 })
  } catch {
    return []
  }
  try {
    return db
      .prepare('SELECT line FROM records WHERE seq > ? ORDER BY seq')
      .all(after)
      .map((row) => JSON.parse(String(row.line)) as LedgerRecord)
  } catch {
    return []
  } finally {
    db.close()
  }
}
