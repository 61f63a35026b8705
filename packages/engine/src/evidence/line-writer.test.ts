import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lineWriter } from './line-writer.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lines-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('every line that was appended is in the file in order once the writer is closed', async () => {
  const path = join(folder, 'samples.jsonl')
  const writer = lineWriter(path)
  for (let n = 0; n < 5000; n++) writer.append({ n })
  expect(await writer.close()).toEqual({ written: 5000, dropped: 0, trouble: undefined })
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(Array.from({ length: 5000 }, (_, n) => n))
})

test('what memory has no room for is dropped and counted, and the caller does not wait', async () => {
  const writer = lineWriter(join(folder, 'logs.jsonl'))
  const line = 'x'.repeat(1 << 20)
  for (let n = 0; n < 20; n++) writer.append({ line })
  const { written, dropped } = await writer.close()
  expect(dropped).toBeGreaterThan(0)
  expect(written + dropped).toBe(20)
})

test('a file that cannot be written loses its lines, says so, and throws at nobody', async () => {
  const writer = lineWriter(join(folder, 'missing', 'samples.jsonl'))
  writer.append({ n: 1 })
  const end = await writer.close()
  expect(end).toMatchObject({ written: 0, dropped: 1 })
  expect(end.trouble).toContain('ENOENT')
})

test('a line after the end is dropped, and closing again tells the same', async () => {
  const writer = lineWriter(join(folder, 'samples.jsonl'))
  writer.append({ n: 1 })
  const closing = writer.close()
  writer.append({ n: 2 })
  expect(await closing).toMatchObject({ written: 1, dropped: 1 })
  expect(await writer.close()).toMatchObject({ written: 1 })
})
