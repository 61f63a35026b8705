/**
 * Appends numbered records to the ledger named by the first argument for ever, and says on standard output which number is durable.
 * Every third record is telemetry, which the next safety event makes durable. Used by tests that kill it.
 */
import { writeSync } from 'node:fs'
import { openLedger } from '@safechaos/engine'

const ledger = openLedger(process.argv[2] ?? '')
const append = (): void => {
  ledger.appendSoon({ kind: 'late', what: 'telemetry' })
  ledger.append({ kind: 'late', what: 'safety' })
  writeSync(1, `${ledger.head.seq}\n`)
  setImmediate(append)
}
append()
