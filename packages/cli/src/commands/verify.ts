import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS } from '@safechaos/core'
import { type LedgerCheck, verifyLedger } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { knownLabs, knownRuns } from '../lab/known-runs.ts'

const LEDGERS = ['ledger.db', 'ledger.jsonl'] as const

/** Checks the chain of the database and of the export. Exit 3 names the first bad record. A folder can be given instead of a run. */
export const act: Act = async ({ arguments: [reference = 'last'], output, cwd, environment }) => {
  const folder = existsSync(join(reference, 'ledger.jsonl'))
    ? reference
    : (findRun(reference, knownRuns(knownLabs(cwd, environment)), WITH_EVIDENCE).runDir ?? '')
  const checks = LEDGERS.filter((name) => existsSync(join(folder, name))).map((name) => ({
    file: join(folder, name),
    ...verifyLedger(join(folder, name)),
  }))
  const heads = new Set(checks.map((check) => (check.ok ? check.head.digest : '')))
  const ok = checks.length > 0 && checks.every((check) => check.ok) && heads.size === 1
  output.give({ folder, ok, checks })
  for (const check of checks) output.say(checkText(check.file, check))
  if (checks.every((check) => check.ok) && heads.size > 1) output.say('database and export end with different records')
  if (!ok) output.say(`  ${ERRORS.SC_TAMPERED.hint}`)
  return ok ? 0 : ERRORS.SC_TAMPERED.exit
}

const checkText = (file: string, check: LedgerCheck): string =>
  check.ok
    ? `${file}: ${check.records} records, unbroken; head ${check.head.digest.slice(0, 16)}`
    : `${file}: record ${check.record} is ${check.reason}: ${check.detail} [SC_TAMPERED]`
