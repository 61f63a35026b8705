import { closeSync, openSync, readSync } from 'node:fs'
import { canonicalJson, type Json, type LedgerRecord, messageOf, SafechaosError } from '@safechaos/core'
import { recordDigest, EMPTY_HEAD, type Head } from './chain.ts'
import { sqlite } from './sqlite.ts'

/** What is wrong with the first bad record. */
export type Tampering =
  /** Not a record, not in canonical form, or a last line without its end. */
  | 'unreadable'
  /** The digest is not that of the content. */
  | 'edited'
  /** A record is missing before this one, or this one was moved forward. */
  | 'missing-before'
  /** This record, or its number, was there before: doubled, moved back, or another one was put in before it. */
  | 'repeated'
  /** It does not follow from the record before it, which was put in or exchanged. */
  | 'not-linked'
  /** The chain ends before a head that is known from elsewhere. */
  | 'truncated'
  /** The chain is whole, but is not the one that a head known from elsewhere belongs to. */
  | 'rewritten'

export type LedgerCheck =
  | { readonly ok: true; readonly records: number; readonly head: Head }
  /** `record` is the 1-based place of the first bad record; for `truncated` the place where one is missing. */
  | { readonly ok: false; readonly record: number; readonly reason: Tampering; readonly detail: string }

/** Checks the chain of an export (`ledger.jsonl`) or a database (`ledger.db`) and, if given, that it holds a head that somebody else kept. Throws SC_FILE. */
export function verifyLedger(path: string, known?: Head): LedgerCheck {
  try {
    return path.endsWith('.db') ? withDatabase(path, (lines) => verifyLines(lines, known)) : verifyLines(linesOf(path), known)
  } catch (cause) {
    throw new SafechaosError({ code: 'SC_FILE', message: `the ledger ${path} cannot be read: ${messageOf(cause)}` }, { cause })
  }
}

/** Checks canonical lines in order. `undefined` stands for a line that has no end. */
export function verifyLines(lines: Iterable<string | undefined>, known?: Head): LedgerCheck {
  let head = EMPTY_HEAD
  let place = 0
  for (const line of lines) {
    place++
    const record = line === undefined ? undefined : recordOf(line)
    if (record === undefined) return bad(place, 'unreadable', line === undefined ? 'the last line has no end' : 'not a record in canonical form')
    const trouble = troubleOf(record, head)
    if (trouble !== undefined) return bad(place, ...trouble)
    if (known !== undefined && record.seq === known.seq && record.digest !== known.digest)
      return bad(place, 'rewritten', `its digest is ${record.digest}, elsewhere it was ${known.digest}`)
    head = { seq: record.seq, digest: record.digest }
  }
  if (known !== undefined && head.seq < known.seq)
    return bad(head.seq + 1, 'truncated', `ends after record ${head.seq}; elsewhere record ${known.seq} is known`)
  return { ok: true, records: place, head }
}

function troubleOf(record: LedgerRecord, head: Head): readonly [Tampering, string] | undefined {
  const digest = recordDigest(record)
  if (digest !== record.digest) return ['edited', `its content has the digest ${digest}, it says ${record.digest}`]
  if (record.seq > head.seq + 1) return ['missing-before', `number ${record.seq} comes after number ${head.seq}`]
  if (record.seq < head.seq + 1) return ['repeated', `number ${record.seq} comes after number ${head.seq}`]
  if (record.prev !== head.digest) return ['not-linked', `it follows ${record.prev}, the record before it is ${head.digest}`]
  return undefined
}

// One record has one form: a line with other bytes, even with the same meaning, is not it.
function recordOf(line: string): LedgerRecord | undefined {
  try {
    const record = JSON.parse(line) as LedgerRecord
    const shaped =
      Number.isSafeInteger(record.seq) && typeof record.prev === 'string' && typeof record.digest === 'string' && Object.keys(record).length === 5
    return shaped && canonicalJson(record as unknown as Json) === line ? record : undefined
  } catch {
    return undefined
  }
}

const bad = (record: number, reason: Tampering, detail: string): LedgerCheck => ({ ok: false, record, reason, detail })

function withDatabase<T>(path: string, use: (lines: Iterable<string>) => T): T {
  const db = new (sqlite().DatabaseSync)(path, { readOnly: true, timeout: 1000 })
  try {
    return use(rowsOf(db.prepare('SELECT line FROM records ORDER BY seq').iterate()))
  } finally {
    db.close()
  }
}

function* rowsOf(rows: Iterable<Record<string, unknown>>): Iterable<string> {
  for (const row of rows) yield String(row.line)
}

/** Lines of a file, read piece by piece. */
export function* linesOf(path: string): Iterable<string | undefined> {
  const fd = openSync(path, 'r')
  const buffer = Buffer.alloc(1 << 18)
  const decoder = new TextDecoder()
  try {
    let rest = ''
    for (let size = readSync(fd, buffer); size > 0; size = readSync(fd, buffer)) {
      const lines = (rest + decoder.decode(buffer.subarray(0, size), { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield undefined
  } finally {
    closeSync(fd)
  }
}
