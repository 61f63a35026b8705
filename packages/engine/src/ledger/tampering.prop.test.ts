import type { Body, LedgerRecord } from '@safechaos/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY_HEAD, type Head, nextRecord, recordLine } from './chain.ts'
import { verifyLines } from './verify-ledger.ts'

const chain = (whats: readonly string[]): LedgerRecord[] => {
  const records: LedgerRecord[] = []
  let head: Head = EMPTY_HEAD
  for (const [index, what] of whats.entries()) {
    const record = nextRecord(head, 1_700_000_000_000 + index, { kind: 'late', what } satisfies Body)
    records.push(record)
    head = record
  }
  return records
}
const ledger = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { minLength: 2, maxLength: 12 }).map((whats) => chain(whats).map(recordLine))
const ledgerAndPlace = ledger.chain((lines) => fc.record({ lines: fc.constant(lines), at: fc.nat({ max: lines.length - 1 }) }))
const headOf = (lines: readonly string[]): Head => {
  const { seq, digest } = JSON.parse(lines.at(-1) ?? '') as LedgerRecord
  return { seq, digest }
}
const RUNS = { numRuns: 1000 }

test('an untouched ledger verifies, with its own head and without', () => {
  fc.assert(
    fc.property(ledger, (lines) => {
      expect(verifyLines(lines)).toEqual({ ok: true, records: lines.length, head: headOf(lines) })
      expect(verifyLines(lines, headOf(lines)).ok).toBe(true)
    }),
  )
})

test('an edited record is named, whatever byte was changed', () => {
  const edit = ledgerAndPlace.chain(({ lines, at }) =>
    fc.record({ lines: fc.constant(lines), at: fc.constant(at), byte: fc.nat(), to: fc.integer({ min: 32, max: 126 }) }),
  )
  fc.assert(
    fc.property(edit, ({ lines, at, byte, to }) => {
      const line = lines[at] ?? ''
      const place = byte % line.length
      const edited = line.slice(0, place) + String.fromCharCode(to) + line.slice(place + 1)
      fc.pre(edited !== line)
      expect(verifyLines(lines.with(at, edited))).toMatchObject({ ok: false, record: at + 1 })
    }),
    RUNS,
  )
})

test('a record whose content was edited and whose own digest was made to fit is found at the record after it, or by the known head', () => {
  fc.assert(
    fc.property(ledgerAndPlace, ({ lines, at }) => {
      const { digest: _, ...record } = JSON.parse(lines[at] ?? '') as LedgerRecord
      const before: Head = { seq: record.seq - 1, digest: record.prev }
      const forged = lines.with(at, recordLine(nextRecord(before, record.at, { kind: 'late', what: 'forged: nothing happened here' })))
      const last = at === lines.length - 1
      expect(verifyLines(forged, headOf(lines))).toMatchObject(
        last ? { ok: false, record: at + 1, reason: 'rewritten' } : { ok: false, record: at + 2, reason: 'not-linked' },
      )
    }),
    RUNS,
  )
})

test('a ledger that was cut short is found by the head that somebody else knows', () => {
  fc.assert(
    fc.property(ledgerAndPlace, ({ lines, at }) => {
      expect(verifyLines(lines.slice(0, at), headOf(lines))).toMatchObject({ ok: false, record: at + 1, reason: 'truncated' })
    }),
    RUNS,
  )
})

test('a record taken out of the middle is missed at the next one', () => {
  fc.assert(
    fc.property(ledgerAndPlace, ({ lines, at }) => {
      fc.pre(at < lines.length - 1)
      expect(verifyLines(lines.toSpliced(at, 1))).toMatchObject({ ok: false, record: at + 1, reason: 'missing-before' })
    }),
    RUNS,
  )
})

test('two records that changed places are found at the first of them', () => {
  const swap = ledger.chain((lines) =>
    fc.record({ lines: fc.constant(lines), pair: fc.uniqueArray(fc.nat({ max: lines.length - 1 }), { minLength: 2, maxLength: 2 }) }),
  )
  fc.assert(
    fc.property(swap, ({ lines, pair: [a = 0, b = 0] }) => {
      const swapped = lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '')
      expect(verifyLines(swapped)).toMatchObject({ ok: false, record: Math.min(a, b) + 1, reason: 'missing-before' })
    }),
    RUNS,
  )
})

test('a record put in between, well made, is found at the record that was there', () => {
  fc.assert(
    fc.property(ledgerAndPlace, ({ lines, at }) => {
      const { prev, seq } = JSON.parse(lines[at] ?? '') as LedgerRecord
      const inserted = recordLine(nextRecord({ seq: seq - 1, digest: prev }, 1_700_000_000_000, { kind: 'late', what: 'put in' }))
      fc.pre(inserted !== lines[at])
      expect(verifyLines(lines.toSpliced(at, 0, inserted))).toMatchObject({ ok: false, record: at + 2, reason: 'repeated' })
    }),
    RUNS,
  )
})

test('a record that is there twice is found the second time', () => {
  const copy = ledgerAndPlace.chain(({ lines, at }) =>
    fc.record({ lines: fc.constant(lines), at: fc.constant(at), to: fc.integer({ min: at + 1, max: lines.length }) }),
  )
  fc.assert(
    fc.property(copy, ({ lines, at, to }) => {
      expect(verifyLines(lines.toSpliced(to, 0, lines[at] ?? ''))).toMatchObject({ ok: false, record: to + 1, reason: 'repeated' })
    }),
    RUNS,
  )
})

test('the same meaning in other bytes is not the same record', () => {
  const [line = ''] = chain(['one']).map(recordLine)
  expect(verifyLines([`${line} `])).toMatchObject({ ok: false, record: 1, reason: 'unreadable' })
  expect(verifyLines([line.replace('"seq":1', '"seq":1.0')])).toMatchObject({ ok: false, record: 1, reason: 'unreadable' })
  expect(verifyLines([line.replace('{"at"', '{"at":1,"at"')])).toMatchObject({ ok: false, record: 1, reason: 'unreadable' })
})

test('a line without its end is unreadable, and an empty ledger is whole until somebody knows better', () => {
  const lines = chain(['one', 'two']).map(recordLine)
  expect(verifyLines([lines[0], undefined])).toMatchObject({ ok: false, record: 2, reason: 'unreadable' })
  expect(verifyLines([])).toEqual({ ok: true, records: 0, head: EMPTY_HEAD })
  expect(verifyLines([], headOf(lines))).toMatchObject({ ok: false, record: 1, reason: 'truncated' })
})
