/**
 * Run with the path of a small empty file system: fills it in the middle of a ledger's life, gives the room back, and prints as JSON what the
 * ledger said at each step.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLedger, verifyLedger } from '@safechaos/engine'

const folder = process.argv[2] ?? ''
const path = join(folder, 'ledger.db')
const filler = join(folder, 'filler')
const long = (what: string): string => what + ' '.repeat(8192)

const ledger = openLedger(path)
ledger.append({ kind: 'late', what: 'before' })
fill()
for (let n = 0; n < 20; n++) ledger.append({ kind: 'late', what: long(`during ${n}`) })
const full = { failure: ledger.failure?.code, waiting: ledger.waiting }
rmSync(filler)
ledger.append({ kind: 'late', what: 'after' })
const freed = { failure: ledger.failure?.code, waiting: ledger.waiting }
ledger.close()
fill()
const refused = opens(join(folder, 'second.db'))
rmSync(filler)
process.stdout.write(JSON.stringify({ full, freed, check: verifyLedger(path), refused }))

function fill(): void {
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // No room for a piece of this size: on with smaller ones.
    }
  }
}

function opens(file: string): string {
  try {
    openLedger(file).close()
    return 'opened'
  } catch (error) {
    return (error as { code: string }).code
  }
}
