import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { counted, ERRORS } from '@safechaos/core'
import { keptHead, type LedgerCheck, verifyRun } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { runsAround } from '../lab/known-runs.ts'
import { tellLab } from '../lab/tell-lab.ts'

/**
 * Checks the evidence of a run: its chain, that it was closed, and every file against it. Exit 3 names each bad record and file. A folder can be
 * given instead of a run; of one that this machine knows as a run of its own, more can be said.
 */
export const act: Act = async (call) => {
  const {
    arguments: [reference = 'last'],
    output,
    cwd,
  } = call
  const runs = runsAround(call)
  const given = resolve(cwd, reference)
  const isFolder = ['ledger.db', 'ledger.jsonl'].some((name) => existsSync(join(given, name)))
  const known = isFolder ? runs.find(({ runDir }) => runDir === given) : findRun(reference, runs, WITH_EVIDENCE)
  if (known !== undefined && !isFolder) tellLab(call, known)
  const folder = known?.runDir ?? given
  const { ok, ledgers, findings } = verifyRun(folder, known && { live: known.live, ended: known.ended, head: keptHead(known.stateDir, known.run) })
  output.give({ folder, ok, checks: ledgers.map(({ file, check }) => ({ file, ...check })), findings })
  for (const { file, check } of ledgers) output.say(checkText(file, check))
  for (const finding of findings) output.say(`${finding.what}: ${finding.says}${finding.ok ? '' : ' [SC_TAMPERED]'}`)
  if (ledgers.length === 0) output.say(`${folder} holds no ledger [SC_TAMPERED]`)
  if (!ok) output.say(`  ${ERRORS.SC_TAMPERED.hint}`)
  return ok ? 0 : ERRORS.SC_TAMPERED.exit
}

const checkText = (file: string, check: LedgerCheck): string =>
  check.ok
    ? `${file}: ${counted(check.records, 'record')}, unbroken; head ${check.head.digest.slice(0, 16)}`
    : `${file}: record ${check.record} is ${check.reason}: ${check.detail} [SC_TAMPERED]`
