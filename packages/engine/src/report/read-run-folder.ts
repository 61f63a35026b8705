import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LedgerRecord, type LogLine, messageOf, SafechaosError, type Sample } from '@safechaos/core'
import { readRecords } from '../ledger/read-records.ts'
import { linesOf } from '../ledger/verify-ledger.ts'

/** What a run folder holds for a report. `logs` reads its file while it is iterated, so that its size does not matter. */
export interface RunEvidence {
  readonly records: readonly LedgerRecord[]
  readonly samples: readonly Sample[]
  readonly logs: Iterable<LogLine>
}

/**
 * Reads the evidence of a run: the ledger from its export or, when the run did not get so far, from its database. Samples and log lines that
 * are torn are left out. Throws SC_NO_RUN when there is no ledger, SC_TAMPERED when a record cannot be read, SC_FILE when a file cannot.
 */
export function readRunFolder(runDir: string): RunEvidence {
  try {
    return {
      records: readLedger(runDir),
      samples: [...valuesOf<Sample>(join(runDir, 'samples.jsonl'))],
      logs: valuesOf<LogLine>(join(runDir, 'logs.jsonl')),
    }
  } catch (cause) {
    if (cause instanceof SafechaosError) throw cause
    throw new SafechaosError({ code: 'SC_FILE', message: `${runDir} cannot be read: ${messageOf(cause)}` }, { cause })
  }
}

function readLedger(runDir: string): LedgerRecord[] {
  const [exported, database] = [join(runDir, 'ledger.jsonl'), join(runDir, 'ledger.db')]
  if (existsSync(exported)) return recordsOf(exported, linesOf(exported))
  const records = readRecords(database)
  if (records.length > 0) return records
  throw new SafechaosError({ code: 'SC_NO_RUN', message: `${runDir} holds no ledger` })
}

function recordsOf(path: string, lines: Iterable<string | undefined>): LedgerRecord[] {
  return Array.from(lines, (line, index) => {
    const record = line === undefined ? undefined : parsed(line)
    if (record === undefined)
      throw new SafechaosError({ code: 'SC_TAMPERED', message: `${path}: record ${index + 1} cannot be read`, hint: 'run `safechaos verify` on it' })
    return record as LedgerRecord
  })
}

/** The lines of a file that are whole; none if the file is not there. Our own writers made them, so their shape is trusted. */
const valuesOf = <T>(path: string): Iterable<T> => ({
  *[Symbol.iterator]() {
    if (!existsSync(path)) return
    for (const line of linesOf(path)) {
      const value = line === undefined ? undefined : parsed(line)
      if (value !== undefined) yield value as T
    }
  },
})

/** An object, or undefined for what is none. */
function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
