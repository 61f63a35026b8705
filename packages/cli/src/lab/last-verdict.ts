import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerRecord, Verdict } from '@safechaos/core'

const TAIL_BYTES = 65_536

/** The verdict from the end of a run's exported ledger; undefined if the run has none (yet). Reads the end of the file only. */
export function lastVerdict(runDir: string): Verdict | undefined {
  try {
    const file = openSync(join(runDir, 'ledger.jsonl'), 'r')
    try {
      const { size } = fstatSync(file)
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
      readSync(file, buffer, 0, buffer.length, size - buffer.length)
      const line = buffer
        .toString('utf8')
        .split('\n')
        .findLast((text) => text.includes('"kind":"verdict"'))
      const body = line === undefined ? undefined : (JSON.parse(line) as LedgerRecord).body
      return body?.kind === 'verdict' ? body.verdict : undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}
