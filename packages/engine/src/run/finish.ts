import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type EndedFile, endOfDeadRun, lookAtDeadRun, withMutex } from '@safechaos/agent'
import { type Body, endedBy, foldRun, type LedgerRecord, realActs, type Verdict } from '@safechaos/core'
import { keptHead } from '../evidence/kept-head.ts'
import { runFolderAt } from '../evidence/run-folder.ts'
import { sealIn } from '../evidence/seal.ts'
import { type Ledger, openLedger } from '../ledger/ledger.ts'
import { readRecords } from '../ledger/read-records.ts'
import { verifyLedger } from '../ledger/verify-ledger.ts'
import { untold } from './close.ts'
import type { RecordDesk } from './desk.ts'
import { judgeRun, verdictOf } from './judge-run.ts'
import { endRecord, report } from './report.ts'

/** Where a run left its traces. */
export interface DeadRun {
  readonly run: string
  readonly stateDir: string
  readonly runDir: string
}

/**
 * Ends the record of a run whose controller died: adopts what its agent wrote down, looks from outside at what is left, judges, reports and
 * seals; once, whoever asks. Undefined, and nothing is written, while anybody of the run lives or may, for a record that is closed, and
 * for one that is not sound. Throws what the disk says, SC_BUSY.
 */
export async function finishRun({ run, stateDir, runDir }: DeadRun): Promise<Verdict | undefined> {
  const ended = endOfDeadRun(stateDir, run)
  if (ended === undefined || isClosed(stateDir, run, runDir)) return undefined
  return await withMutex(stateDir, run, async () => {
    if (isClosed(stateDir, run, runDir)) return undefined
    // Whoever reads the record later sees when things happened, not when somebody came to look.
    let at = ended.at
    const file = join(runDir, 'ledger.db')
    const ledger = openLedger(file, () => at)
    const desk = deskOf({ run, stateDir, runDir }, ledger, readRecords(file))
    if (foldRun(desk.records).verdict === undefined) {
      tellTheEnd(desk, ended, (instant) => (at = instant))
      await judgeRun(desk)
      putAside(runDir)
    }
    await report(desk).catch((error: Error) => desk.note({ kind: 'late', what: `no report was written: ${error.message}` }))
    await endRecord(desk)
    return verdictOf(desk)
  })
}

/** A postmortem that somebody asked for before the run had a verdict says so for ever, and may hold answers: it makes room, and is kept. */
function putAside(runDir: string): void {
  const [form, earlier] = [join(runDir, 'postmortem.md'), join(runDir, 'postmortem.earlier.md')]
  if (existsSync(form)) renameSync(form, earlier)
}

function isClosed(stateDir: string, run: string, runDir: string): boolean {
  const file = join(runDir, 'ledger.db')
  if (keptHead(stateDir, run) !== undefined || !existsSync(file) || !verifyLedger(file).ok) return true
  const records = readRecords(file)
  // With a verdict and no seal: it was tried, and the folder could not be read whole.
  const wasTried = records.at(-1)?.body.kind === 'late' && records.some(({ body }) => body.kind === 'verdict')
  return records.length === 0 || wasTried || sealIn(records) !== undefined
}

function deskOf({ run, stateDir, runDir }: DeadRun, ledger: Ledger, records: LedgerRecord[]): RecordDesk {
  const record = (body: Body): void => void records.push(ledger.append(body))
  return { ports: { run, stateDir, ledger, folder: runFolderAt(runDir) }, records, record, note: record, isTold: true, reported: 0 }
}

/** What the agent's chain says and nobody recorded, each thing at its own instant. What it does not say stays open, and is judged so. */
function tellTheEnd(desk: RecordDesk, ended: EndedFile, setTime: (instant: number) => void): void {
  const { run, stateDir } = desk.ports
  const before = foldRun(desk.records)
  const links = untold(stateDir, run, desk.records)
  for (const { seq, digest, body, at } of links) {
    setTime(at)
    if ('act' in body) desk.record({ kind: 'act', act: body.act, agentSeq: seq, agentHead: digest })
    else tellCause(desk, body)
  }
  setTime(ended.at)
  tellCause(desk, ended)
  const view = foldRun(desk.records)
  const cause = endedBy(view)
  if (before.stage !== undefined && before.stages[before.stage].state === 'now')
    desk.record({ kind: 'stage', stage: before.stage, state: 'failed', detail: cause.detail })
  if (before.reverted === undefined) {
    const acts = realActs(view)
    const gone = Math.max(...acts.map(({ times }) => times.verified ?? ended.at))
    const stuck = acts.filter(({ owed }) => owed).map(({ act }) => act)
    if (acts.length > 0) setTime(gone)
    desk.record({ kind: 'reverted', ms: Math.max(0, acts.length === 0 ? 0 : gone - (cause.at ?? gone)), acts: acts.length, stuck })
    setTime(ended.at)
  }
  if (before.residue['after-close'] === undefined) desk.record({ kind: 'residue', when: 'after-close', residue: lookAtDeadRun(stateDir, run) })
  const when = new Date().toISOString()
  desk.record({ kind: 'late', what: `the end, written at ${when} with the instants of the agent's own chain, since the controller was gone` })
}

/** Each cause once; the first one that was ever told is the one that counts. */
function tellCause(desk: RecordDesk, { cause, detail }: Pick<EndedFile, 'cause' | 'detail'>): void {
  const { causes } = foldRun(desk.records)
  if (causes.every((known) => known.cause !== cause)) desk.record({ kind: 'end-cause', cause, detail, first: causes.length === 0 })
}
