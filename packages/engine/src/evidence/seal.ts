import { join } from 'node:path'
import type { Body, LedgerRecord } from '@safechaos/core'
import { fileDigest } from './file-digest.ts'
import { RUN_FILES, type RunFile } from './run-folder.ts'

/** The record that closes all others. */
export type Seal = Extract<Body, { kind: 'sealed' }>

/** The ledger in its two forms: what seals cannot be sealed, and is chained. */
const LEDGERS: ReadonlySet<string> = new Set<RunFile>(['ledger.db', 'ledger.jsonl'])

/** Files of a run folder that the seal covers, if they are there. */
export const SEALED_FILES = (Object.keys(RUN_FILES) as RunFile[]).filter((name) => !LEDGERS.has(name))

/** Closes the record of a run whose folder is complete; `reported` is how many records its reports tell. Throws what the disk says. */
export function makeSeal(runDir: string, reported: number): Seal {
  const files = SEALED_FILES.flatMap((name) => {
    const digest = fileDigest(join(runDir, name))
    return digest === undefined ? [] : [[name, digest] as const]
  })
  return { kind: 'sealed', reported, files: Object.fromEntries(files) }
}

/** The seal of a ledger; undefined if it has none. What a disk refused in its time may still be written after it. */
export function sealIn(records: readonly LedgerRecord[]): Seal | undefined {
  const body = records.findLast((record) => record.body.kind !== 'late')?.body
  return body?.kind === 'sealed' ? body : undefined
}

/** The records that the reports of a run tell: all that there were when they were written. */
export function reportedRecords(records: readonly LedgerRecord[]): readonly LedgerRecord[] {
  const reported = sealIn(records)?.reported ?? 0
  return reported === 0 ? records : records.slice(0, reported)
}
