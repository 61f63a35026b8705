import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson, compareRuns, type Json, SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { heldRun, weakRun } from '../../../../test/support/synthetic-run.ts'
import { readRunFolder } from './read-run-folder.ts'
import { renderComparison } from './render-comparison.ts'
import { reportOf, writeReports } from './write-reports.ts'

let dir: string
const lines = (values: readonly unknown[]) => values.map((value) => `${canonicalJson(value as Json)}\n`).join('')

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'safechaos-report-'))
  const { records, samples, logs } = weakRun()
  // Through JSON first: an undefined member inside an array or object has no line form.
  for (const [name, values] of Object.entries({ 'ledger.jsonl': records, 'samples.jsonl': samples, 'logs.jsonl': logs }))
    writeFileSync(join(dir, name), lines(JSON.parse(JSON.stringify(values)) as unknown[]))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('a run folder', () => {
  test('gets its four reports, and nothing half-written', async () => {
    const { html, json } = await writeReports(dir)
    expect(readdirSync(dir).sort()).toEqual([
      'ledger.jsonl',
      'logs.jsonl',
      'postmortem.md',
      'report.html',
      'report.json',
      'report.md',
      'samples.jsonl',
    ])
    expect(readFileSync(html, 'utf8')).toContain('Refuted')
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(reportOf(dir))))
  })

  test('keeps a postmortem that people may have answered', async () => {
    writeFileSync(join(dir, 'postmortem.md'), 'our answers')
    await writeReports(dir)
    expect(readFileSync(join(dir, 'postmortem.md'), 'utf8')).toBe('our answers')
  })

  test('with torn last lines of samples and logs still has a report', async () => {
    appendFileSync(join(dir, 'samples.jsonl'), '{"kind":"load","fr')
    appendFileSync(join(dir, 'logs.jsonl'), '{"at":1')
    expect(reportOf(dir).logs.lines).toBe(weakRun().logs.length)
  })

  test('without samples and logs still has a report', async () => {
    rmSync(join(dir, 'samples.jsonl'))
    rmSync(join(dir, 'logs.jsonl'))
    expect(reportOf(dir)).toMatchObject({ plots: [], logs: { lines: 0 } })
  })

  test('with a record that cannot be read is refused by its number', () => {
    appendFileSync(join(dir, 'ledger.jsonl'), 'not a record\n')
    expect(() => reportOf(dir)).toThrow(
      expect.objectContaining({ code: 'SC_TAMPERED', message: expect.stringContaining(`record ${weakRun().records.length + 1}`) }),
    )
  })

  test('without a ledger is no run', () => {
    rmSync(join(dir, 'ledger.jsonl'))
    expect(() => reportOf(dir)).toThrow(SafechaosError)
  })
})

test('a comparison reads as Markdown with both runs and the change', () => {
  const text = renderComparison(compareRuns(readRunFolder(dir), heldRun()))
  expect(text).toMatch(/^\|  \| A worker-kill-weak \| B worker-kill-\S+ \| change \| requests or readings \|$/m)
  expect(text).toMatch(/^\| p95 lag \| .* \| −\d+ % \| \d+ \/ \d+ \|$/m)
  expect(text).toMatch(/^\| failed requests \| .* points \| \d+ \/ \d+ \|$/m)
})
