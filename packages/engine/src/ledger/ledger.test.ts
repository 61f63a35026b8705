import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Body, type LedgerRecord, SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exportLedger } from './export-ledger.ts'
import { openLedger } from './ledger.ts'
import { verifyLedger } from './verify-ledger.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const late = (what: string): Body => ({ kind: 'late', what })
const path = (name = 'ledger.db'): string => join(folder, name)
const bodies = (lines: Iterable<string>): Body[] => [...lines].map((line) => (JSON.parse(line) as LedgerRecord).body)

test('a safety event is in the file when append returns', () => {
  const ledger = openLedger(path())
  ledger.append(late('first'))
  const other = openLedger(path())
  expect(bodies(other.lines())).toEqual([late('first')])
  other.close()
  ledger.close()
})

test('telemetry is durable some 20 ms later without anybody asking', async () => {
  const ledger = openLedger(path())
  ledger.appendSoon(late('one'))
  ledger.appendSoon(late('two'))
  expect(ledger.waiting).toBe(2)
  await expect.poll(() => ledger.waiting, { timeout: 2000 }).toBe(0)
  expect(bodies(ledger.lines())).toEqual([late('one'), late('two')])
  ledger.close()
})

test('records keep the order in which they were given, also when a safety event overtakes the timer', () => {
  const ledger = openLedger(path())
  ledger.appendSoon(late('telemetry'))
  ledger.append(late('safety'))
  expect(bodies(ledger.lines())).toEqual([late('telemetry'), late('safety')])
  ledger.close()
})

test('a ledger that is opened again goes on with its chain', () => {
  const first = openLedger(path())
  first.append(late('before'))
  const head = first.head
  first.close()
  const second = openLedger(path())
  expect(second.head).toEqual(head)
  expect(second.append(late('after'))).toMatchObject({ seq: 2, prev: head.digest })
  second.close()
  expect(verifyLedger(path())).toMatchObject({ ok: true, records: 2 })
})

test('what a caller does to a body afterwards does not reach the record', () => {
  const ledger = openLedger(path())
  const body = { kind: 'late', what: 'as given' } as { kind: 'late'; what: string }
  ledger.appendSoon(body)
  body.what = 'changed'
  ledger.close()
  expect(verifyLedger(path())).toMatchObject({ ok: true, records: 1 })
})

test('the export holds the same bytes as the database, and both verify to the same head', () => {
  const ledger = openLedger(path(), () => 1_700_000_000_000)
  for (let n = 0; n < 50; n++) ledger.appendSoon(late(`number ${n}, with ümlauts and\nlines`))
  ledger.flush()
  exportLedger(ledger.lines(), path('ledger.jsonl'))
  const lines = [...ledger.lines()]
  ledger.close()
  expect(readFileSync(path('ledger.jsonl'), 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''))
  expect(verifyLedger(path('ledger.jsonl'))).toEqual(verifyLedger(path()))
})

test('a folder that is not there is refused at the opening as SC_LEDGER', () => {
  expect(() => openLedger(join(folder, 'missing', 'ledger.db'))).toThrow(expect.objectContaining({ code: 'SC_LEDGER' }))
})

test('a file that is not a ledger cannot be opened, and cannot be verified', () => {
  writeFileSync(path(), 'not a database, but long enough to be taken for one'.repeat(100))
  expect(() => openLedger(path())).toThrow(SafechaosError)
  expect(() => verifyLedger(path())).toThrow(expect.objectContaining({ code: 'SC_FILE' }))
})

test('a record that another writer keeps from the disk is kept, and written late with a note', () => {
  const ledger = openLedger(path())
  ledger.append(late('in order'))
  const blocker = openBlocker(path())
  expect(ledger.append(late('blocked'))).toMatchObject({ seq: 2 })
  expect(ledger.failure?.code).toBe('SC_LEDGER')
  expect(ledger.waiting).toBe(1)
  blocker.exec('ROLLBACK')
  blocker.close()
  ledger.append(late('after'))
  expect(ledger.waiting).toBe(0)
  expect(bodies(ledger.lines()).map((body) => (body.kind === 'late' ? body.what.replace(/,.*/s, '') : ''))).toEqual([
    'in order',
    'blocked',
    'after',
    'written late: 1 record',
  ])
  ledger.close()
  expect(verifyLedger(path())).toMatchObject({ ok: true, records: 4 })
  expect(ledger.failure?.code).toBe('SC_LEDGER')
}, 10_000)

test('records that could never be written are counted as given up, and closing does not throw', () => {
  const ledger = openLedger(path())
  const blocker = openBlocker(path())
  ledger.appendSoon(late('never'))
  ledger.close()
  expect(ledger.waiting).toBe(1)
  expect(ledger.failure?.message).toContain('ledger.db')
  blocker.close()
}, 10_000)

function openBlocker(file: string) {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const blocker = new DatabaseSync(file)
  blocker.exec('BEGIN IMMEDIATE')
  return blocker
}
