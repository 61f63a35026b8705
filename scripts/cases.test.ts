import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const TABLE = readFileSync(join(ROOT, 'test/cases.md'), 'utf8')

const rows = TABLE.split('\n').flatMap((line) => {
  const [, number, , file, title] = /^\| +(\d+) \| (.+?) \| `([^`]+)` +\| (.+?) +\|$/.exec(line) ?? []
  return number === undefined || file === undefined || title === undefined ? [] : [{ number: Number(number), file, title }]
})
/** Situations that the faults, gates and containments of today can meet. */
const CASES = [1, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31]

test('every case has a test, and every line of the table is understood', () => {
  expect([...new Set(rows.map(({ number }) => number))]).toEqual(CASES)
  expect(rows.length).toBe(TABLE.split('\n').filter((line) => /^\| +\d/.test(line)).length)
})

test.each(rows)('case $number: $file has a test called "$title"', ({ file, title }) => {
  const path = join(ROOT, file)
  expect(existsSync(path)).toBe(true)
  const source = readFileSync(path, 'utf8').replaceAll("\\'", "'")
  expect(["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote},`))).toBe(true)
})
