import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineCutter } from './lines.ts'

test('lines come out whole and in order however the bytes were cut, and only those that are too long are lost', () => {
  const texts = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', '')),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 }), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const seen: string[] = []
      let lost = 0
      const cut = lineCutter(
        30,
        (line) => seen.push(line),
        () => lost++,
      )
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1
        cut(bytes.subarray(at, at + size))
        at += size
      }
      const fits = (line: string): boolean => Buffer.byteLength(line) <= 30
      expect(seen).toEqual(lines.filter(fits))
      expect(lost).toBe(lines.filter((line) => !fits(line)).length)
    }),
  )
})

test('a last line without its end is not a line', () => {
  const seen: string[] = []
  lineCutter(
    100,
    (line) => seen.push(line),
    () => undefined,
  )(Buffer.from('whole\nhal'))
  expect(seen).toEqual(['whole'])
})
