import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EndedFile } from '@safechaos/agent'
import type { LedgerRecord } from '@safechaos/core'
import type { Head } from '../ledger/chain.ts'
import { readRecords } from '../ledger/read-records.ts'
import { type LedgerCheck, linesOf, verifyLedger } from '../ledger/verify-ledger.ts'
import { checkFiles, checkPlan, type Finding } from './check-files.ts'
import { sealIn } from './seal.ts'

/** What is known of a run from elsewhere than its folder. */
export interface Witness {
  readonly live: boolean
  readonly ended: EndedFile | undefined
  /** The end of its ledger. */
  readonly head: Head | undefined
}

export interface RunCheck {
  readonly ok: boolean
  readonly ledgers: readonly { readonly file: string; readonly check: LedgerCheck }[]
  readonly findings: readonly Finding[]
}

const LEDGERS = ['ledger.db', 'ledger.jsonl'] as const

/**
 * Checks the evidence of a run: the chain in both its forms, that it was closed, that every file is the one that was sealed, and that plan
 * and charter are those of the record. `witness` is what this machine knows beside it. Throws SC_FILE.
 */
export function verifyRun(runDir: string, witness?: Witness): RunCheck {
  const ledgers = LEDGERS.filter((name) => existsSync(join(runDir, name))).map((name) => {
    const file = join(runDir, name)
    return { file, check: verifyLedger(file, witness?.head) }
  })
  const sound = ledgers.find(({ check }) => check.ok)
  const findings = sound === undefined ? [] : checkContent(runDir, recordsOf(sound.file), witness)
  // While a run goes on, its export is older than its database, if there is one.
  if (witness?.live !== true) findings.push(...sameEnd(ledgers))
  return { ok: ledgers.length > 0 && ledgers.every(({ check }) => check.ok) && findings.every(({ ok }) => ok), ledgers, findings }
}

function checkContent(runDir: string, records: readonly LedgerRecord[], witness: Witness | undefined): Finding[] {
  const files = witness?.live === true ? [] : checkFiles(runDir, records)
  return [closing(records, witness), ...missingForms(runDir, records), ...files, ...checkPlan(runDir, records)]
}

/** A run that closed its record left it in both forms. */
const missingForms = (runDir: string, records: readonly LedgerRecord[]): Finding[] =>
  sealIn(records) === undefined
    ? []
    : LEDGERS.filter((name) => !existsSync(join(runDir, name))).map((what) => ({ what, ok: false, says: 'is missing' }))

function sameEnd(ledgers: RunCheck['ledgers']): Finding[] {
  const heads = new Set(ledgers.flatMap(({ check }) => (check.ok ? [check.head.digest] : [])))
  return heads.size > 1 ? [{ what: 'ledger', ok: false, says: 'database and export end with different records' }] : []
}

/** A run that came to its end has closed its record. Where it has not, only what this machine knows of its end can tell a killed run from one that was cut short. */
function closing(records: readonly LedgerRecord[], witness: Witness | undefined): Finding {
  if (sealIn(records) !== undefined) return { what: 'ledger', ok: true, says: 'closed by its run' }
  const upTo = `whole up to record ${records.length}`
  if (records.some(({ body }) => body.kind === 'sealed'))
    return { what: 'ledger', ok: false, says: 'records were added after the one that closes it' }
  if (witness?.live === true) return { what: 'ledger', ok: true, says: `not closed: the run still goes on; ${upTo}` }
  const killed = witness?.ended?.cause === 'controller-lost' || witness?.ended?.by === 'recovery'
  if (killed)
    return { what: 'ledger', ok: true, says: `not closed: the run was killed before its end; ${upTo}, and nothing vouches for what is not in it` }
  return { what: 'ledger', ok: false, says: `not closed: its last records are missing, or the run was killed and nobody here knows of it; ${upTo}` }
}

function recordsOf(file: string): LedgerRecord[] {
  return file.endsWith('.db') ? readRecords(file) : Array.from(linesOf(file), (line) => JSON.parse(line ?? '') as LedgerRecord)
}
