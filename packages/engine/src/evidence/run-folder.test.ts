import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRunFolder } from './run-folder.ts'

let lab: string
beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'lab-'))
})
afterEach(() => rmSync(lab, { recursive: true }))

test('a run folder holds files that were written whole, and streams', async () => {
  const folder = openRunFolder(lab, 'abc')
  expect(folder.dir).toBe(join(lab, '.safechaos', 'runs', 'abc'))
  folder.write('charter.yaml', 'hypothesis: it holds\n')
  folder.write('report.json', '{}')
  folder.write('report.json', '{"again":true}')
  folder.samples.append({ kind: 'reading' })
  expect(await folder.close()).toMatchObject({ samples: { written: 1, dropped: 0 }, logs: { written: 0, dropped: 0 } })
  expect(readdirSync(folder.dir).sort()).toEqual(['charter.yaml', 'logs.jsonl', 'report.json', 'samples.jsonl'])
  expect(readFileSync(folder.path('report.json'), 'utf8')).toBe('{"again":true}')
  expect(readFileSync(folder.path('samples.jsonl'), 'utf8')).toBe('{"kind":"reading"}\n')
})

test('a folder that is there already is never written into', async () => {
  await openRunFolder(lab, 'abc').close()
  expect(() => openRunFolder(lab, 'abc')).toThrow(expect.objectContaining({ code: 'SC_LEDGER' }))
})

test('a lab that cannot hold evidence is refused as SC_LEDGER', () => {
  writeFileSync(join(lab, '.safechaos'), 'a file in the way')
  expect(() => openRunFolder(lab, 'abc')).toThrow(expect.objectContaining({ code: 'SC_LEDGER' }))
})
