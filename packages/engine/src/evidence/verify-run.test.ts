import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EndedFile } from '@safechaos/agent'
import type { Body } from '@safechaos/core'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sealedRun } from '../../../../test/support/sealed-run.ts'
import { exportLedger } from '../ledger/export-ledger.ts'
import { openLedger } from '../ledger/ledger.ts'
import { sqlite } from '../ledger/sqlite.ts'
import { writeReports } from '../report/write-reports.ts'
import { keptHead } from './kept-head.ts'
import { verifyRun, type Witness } from './verify-run.ts'

let made: Awaited<ReturnType<typeof sealedRun>>
let dir: string
beforeAll(async () => {
  made = await sealedRun()
})
afterAll(() => rmSync(made.folder, { recursive: true }))
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'safechaos-verify-'))
  cpSync(made.runDir, dir, { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

const text = (name: string): string => readFileSync(join(dir, name), 'utf8')
const write = (name: string, to: string): void => writeFileSync(join(dir, name), to)
const bads = (witness?: Witness) => verifyRun(dir, witness).findings.filter(({ ok }) => !ok)
const lines = (): string[] => text('ledger.jsonl').trimEnd().split('\n')
const ended = (more: Partial<EndedFile>): EndedFile => ({ run: 'r1', cause: 'completed', detail: '', by: 'agent', stuck: [], at: 0, ...more })

const removeReports = (): void => ['report.json', 'report.html', 'report.md', 'postmortem.md'].forEach((name) => rmSync(join(dir, name)))

/** Takes the last records out of both forms of the ledger; the chain of what is left is whole. */
function cut(count: number): void {
  const left = lines().slice(0, -count)
  write('ledger.jsonl', left.map((line) => `${line}\n`).join(''))
  const db = new (sqlite().DatabaseSync)(join(dir, 'ledger.db'))
  db.exec(`DELETE FROM records WHERE seq > ${left.length}`)
  db.close()
}

function append(body: Body): void {
  const ledger = openLedger(join(dir, 'ledger.db'))
  ledger.append(body)
  exportLedger(ledger.lines(), join(dir, 'ledger.jsonl'))
  ledger.close()
}

test('the evidence of a run that came to its end is closed and complete, wherever its folder is', () => {
  const check = verifyRun(dir)
  expect(check).toMatchObject({ ok: true, ledgers: [{ check: { ok: true } }, { check: { ok: true } }] })
  expect(check.findings).toEqual([
    { what: 'ledger', ok: true, says: 'closed by its run' },
    { what: 'files', ok: true, says: '9 as sealed' },
  ])
})

test('whatever file is changed at whatever byte, emptied or removed: it is named', () => {
  const files = readdirSync(dir).filter((name) => !name.startsWith('ledger.'))
  expect(files).toHaveLength(9)
  const harm = fc.oneof(fc.record({ at: fc.nat(), to: fc.integer({ min: 33, max: 126 }) }), fc.constantFrom('empty' as const, 'remove' as const))
  fc.assert(
    fc.property(fc.constantFrom(...files), harm, (name, how) => {
      const before = text(name)
      const at = typeof how === 'string' ? 0 : how.at % before.length
      const after = typeof how === 'string' ? '' : before.slice(0, at) + String.fromCharCode(how.to) + before.slice(at + 1)
      fc.pre(after !== before && !(name === 'postmortem.md' && isAnswerable(before, at)))
      if (how === 'remove') rmSync(join(dir, name))
      else write(name, after)
      expect(bads().map(({ what }) => what)).toContain(name)
      write(name, before)
    }),
    { numRuns: 150 },
  )
  expect(verifyRun(dir).ok).toBe(true)
})

/** Where people write: lines with a box or an answer, and the blank ones between them. */
function isAnswerable(form: string, at: number): boolean {
  const line = form.slice(form.lastIndexOf('\n', at - 1) + 1, `${form}\n`.indexOf('\n', at))
  return line === '' || /\[ \]|Answer:/.test(line) || form[at] === '\n'
}

describe('a ledger that was cut short', () => {
  test('is found without any knowledge from elsewhere, however many records are missing in both its forms', () => {
    const all = lines().length
    fc.assert(
      fc.property(fc.integer({ min: 1, max: all - 1 }), (count) => {
        cut(count)
        expect(verifyRun(dir).ok).toBe(false)
        expect(bads()[0]).toMatchObject({ what: 'ledger', says: expect.stringContaining(`whole up to record ${all - count}`) as string })
        cpSync(made.runDir, dir, { recursive: true })
      }),
      { numRuns: 20 },
    )
  })

  test('is found at its first missing record by the end that this machine keeps, also if the run is said to have been killed', () => {
    cut(12)
    const head = keptHead(made.stateDir, 'r1')
    const check = verifyRun(dir, { live: false, ended: ended({ cause: 'controller-lost' }), head })
    const missing = { ok: false, reason: 'truncated', record: lines().length + 1 }
    expect(check).toMatchObject({ ok: false, ledgers: [{ check: missing }, { check: missing }] })
  })

  test('and closed anew by whoever did it is found by the end that this machine keeps', () => {
    const seal = JSON.parse(lines().at(-1) ?? '') as { body: Body }
    cut(12)
    append(seal.body)
    expect(verifyRun(dir).ok).toBe(true)
    expect(verifyRun(dir, { live: false, ended: ended({}), head: keptHead(made.stateDir, 'r1') }).ok).toBe(false)
  })
})

describe('a ledger that was not closed', () => {
  const unclosed = (witness?: Omit<Witness, 'head'>) => {
    cut(1)
    removeReports()
    const check = verifyRun(dir, witness && { ...witness, head: undefined })
    return { ok: check.ok, says: check.findings.find(({ what }) => what === 'ledger')?.says }
  }

  test('is that of a run that still goes on', () => {
    expect(unclosed({ live: true, ended: undefined })).toMatchObject({ ok: true, says: expect.stringContaining('still goes on') as string })
  })

  test.each([ended({ cause: 'controller-lost' }), ended({ by: 'recovery', cause: 'error' })])(
    'is that of a run that was killed, as this machine knows',
    (end) => {
      expect(unclosed({ live: false, ended: end })).toMatchObject({ ok: true, says: expect.stringContaining('was killed before its end') as string })
    },
  )

  test('is no evidence of a run that ended in order, or that nobody here knows', () => {
    expect(unclosed({ live: false, ended: ended({}) })).toMatchObject({
      ok: false,
      says: expect.stringContaining('its last records are missing') as string,
    })
  })
})

test('records that follow the one that closes are not accepted, but for what was written late', () => {
  append({ kind: 'late', what: 'written late: 1 record' })
  expect(verifyRun(dir).ok).toBe(true)
  append({ kind: 'landed', seen: { seen: 'yes', detail: 'so they say' } })
  expect(bads()).toMatchObject([{ what: 'ledger', says: 'records were added after the one that closes it' }, ...bads().slice(1)])
})

test('plan and charter are compared with the record, also where nothing was sealed', () => {
  cut(1)
  removeReports()
  write('charter.yaml', `${text('charter.yaml')}# and so on\n`)
  write('plan.json', text('plan.json').replace('"limitMs": ', '"limitMs": 9'))
  const killed = { live: false, ended: ended({ cause: 'controller-lost' }), head: undefined } as const
  expect(bads(killed)).toMatchObject([
    { what: 'plan.json', says: 'is not the plan of the record' },
    { what: 'charter.yaml', says: 'is not the charter of the plan' },
  ])
})

describe('reports', () => {
  test('that were removed and made again verify, byte for byte', async () => {
    for (const name of ['report.html', 'report.json', 'report.md']) rmSync(join(dir, name))
    expect(bads()).toHaveLength(3)
    await writeReports(dir)
    expect(verifyRun(dir).findings).toContainEqual({ what: 'files', ok: true, says: '9 as sealed' })
  })

  test('of a closed run are not written over', async () => {
    write('report.md', 'Held.')
    await writeReports(dir)
    expect(text('report.md')).toBe('Held.')
    expect(bads()).toMatchObject([{ what: 'report.md' }])
  })

  test('and a postmortem that people filled in are as good as before, unless one of its facts was changed', () => {
    const filled = text('postmortem.md').replace('Answer:', 'Answer: the gateway.').replace('- [ ]', '- [x]').concat('\nOne more thought.\n')
    write('postmortem.md', filled)
    expect(verifyRun(dir)).toMatchObject({
      ok: true,
      findings: expect.arrayContaining([expect.objectContaining({ what: 'postmortem.md', ok: true })]) as [],
    })
    write('postmortem.md', filled.replace('## Judgements', '## Judgements (all fine)'))
    expect(bads()).toEqual([{ what: 'postmortem.md', ok: false, says: 'says no longer: ## Judgements' }])
  })
})

test('what somebody put beside the evidence is said to be no part of it', () => {
  mkdirSync(join(dir, 'notes'))
  expect(verifyRun(dir)).toMatchObject({
    ok: true,
    findings: expect.arrayContaining([{ what: 'notes', ok: true, says: 'is no part of the evidence' }]) as [],
  })
})

describe('one form of the ledger that is missing', () => {
  test.each(['ledger.db', 'ledger.jsonl'])('is named where the run was closed, though the other form is sound: %s', (name) => {
    rmSync(join(dir, name))
    expect(verifyRun(dir).ok).toBe(false)
    expect(bads()).toEqual([{ what: name, ok: false, says: 'is missing' }])
  })

  test('is none of a run that was killed: it had no time to write the export', () => {
    cut(1)
    removeReports()
    rmSync(join(dir, 'ledger.jsonl'))
    expect(bads({ live: false, ended: ended({ cause: 'controller-lost' }), head: undefined })).toEqual([])
  })
})

test('a folder without a ledger is no evidence', () => {
  for (const name of ['ledger.db', 'ledger.jsonl']) rmSync(join(dir, name))
  expect(verifyRun(dir)).toEqual({ ok: false, ledgers: [], findings: [] })
})
