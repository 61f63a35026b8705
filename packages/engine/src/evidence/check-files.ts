import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf, readJson, sha256 } from '@safechaos/agent'
import type { DigestedPlan, LedgerRecord } from '@safechaos/core'
import { type ReportFile, REPORT_FILES, renderReports, reportOf } from '../report/write-reports.ts'
import { formWasFilled } from './filled-form.ts'
import { fileDigest } from './file-digest.ts'
import { RUN_FILES } from './run-folder.ts'
import { SEALED_FILES, sealIn } from './seal.ts'

/** Something found in a run folder, in words; `ok`: it takes nothing from what the evidence is worth. */
export interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly says: string
}

/** Compares the files of a run folder with its ledger, which must be sound. Throws what the disk says. */
export function checkFiles(runDir: string, records: readonly LedgerRecord[]): Finding[] {
  const sealed = sealIn(records)?.files
  const rendered = lazily(() => renderedFrom(runDir))
  const found = SEALED_FILES.flatMap((name): Finding[] => {
    const digest = fileDigest(join(runDir, name))
    const wanted = sealed?.[name]
    if (digest === wanted) return []
    if (digest === undefined) return [bad(name, `is missing${isReport(name) ? '; `safechaos report` makes it again' : ''}`)]
    if (isReport(name)) return [checkReport(join(runDir, name), name, wanted, rendered()?.[name])]
    if (sealed === undefined) return []
    return [bad(name, wanted === undefined ? 'was not there when the run ended' : 'is not what it was when the run ended')]
  })
  const covered =
    sealed === undefined ? 'no file is sealed' : `${Object.keys(sealed).length - found.filter(({ what }) => what in sealed).length} as sealed`
  return [{ what: 'files', ok: true, says: covered }, ...found, ...strangers(runDir)]
}

const bad = (what: string, says: string): Finding => ({ what, ok: false, says })
const good = (what: string, says: string): Finding => ({ what, ok: true, says })
const isReport = (name: string): name is ReportFile => (REPORT_FILES as readonly string[]).includes(name)

/** A report that is not the sealed one may have been made again by another version, and a postmortem is there to be filled in. */
function checkReport(path: string, name: ReportFile, sealed: string | undefined, rendered: string | undefined): Finding {
  const text = readFileSync(path, 'utf8')
  if (text === rendered) return good(name, 'was rendered again, from the evidence')
  if (name !== 'postmortem.md' || rendered === undefined) return bad(name, 'is neither what it was when the run ended nor what the evidence says')
  if (sealed !== undefined && sha256(rendered) !== sealed)
    return good(name, 'was changed; it is of another version, so nobody can say whether in its facts: believe report.json')
  const changed = formWasFilled(rendered, text)
  return changed === undefined ? good(name, 'was filled in by people; its facts are as they were') : bad(name, `says no longer: ${changed}`)
}

/** Plan and charter are in the record, too: by their content, and by their digests. */
export function checkPlan(runDir: string, records: readonly LedgerRecord[]): Finding[] {
  const body = records.find((record) => record.body.kind === 'plan')?.body
  if (body?.kind !== 'plan') return []
  const { planned } = body
  const written = readJson<Partial<DigestedPlan> | null>(join(runDir, 'plan.json'))
  const digests = [written?.digest, digestOf(written?.plan ?? null), digestOf(planned.plan)]
  const samePlan = digests.every((digest) => digest === planned.digest)
  const sameCharter = fileDigest(join(runDir, 'charter.yaml')) === planned.plan.charter.digest
  return [
    ...(samePlan ? [] : [bad('plan.json', 'is not the plan of the record')]),
    ...(sameCharter ? [] : [bad('charter.yaml', 'is not the charter of the plan')]),
  ]
}

function strangers(runDir: string): Finding[] {
  const known = new Set([...Object.keys(RUN_FILES), 'ledger.db-wal', 'ledger.db-shm'])
  return readdirSync(runDir)
    .filter((name) => !known.has(name) && existsSync(join(runDir, name)))
    .map((name) => good(name, 'is no part of the evidence'))
}

/** Undefined where the evidence is so changed that it tells no run any more. */
function renderedFrom(runDir: string): Readonly<Record<ReportFile, string>> | undefined {
  try {
    return renderReports(reportOf(runDir))
  } catch {
    return undefined
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined
  return () => (made ??= { it: make() }).it
}
