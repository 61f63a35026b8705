import { expect, test } from 'vitest'
import { Lines, Throttle } from './lines.ts'

function linesOf(longest: number, ...chunks: readonly string[]): string[] {
  const out: string[] = []
  const lines = new Lines(longest, (line) => out.push(line))
  for (const chunk of chunks) lines.push(chunk)
  lines.end()
  return out
}

test('lines are put together from pieces, and the last one needs no end', () => {
  expect(linesOf(100, 'on', 'e\ntw', 'o\n\nthree')).toEqual(['one', 'two', '', 'three'])
})

test('a long line is cut once, whatever the pieces it comes in, and the next one is whole', () => {
  expect(linesOf(4, 'abcdefgh\nok\n')).toEqual(['abcd (cut)', 'ok'])
  expect(linesOf(4, 'abc', 'def', 'ghi', 'jkl\nok\n')).toEqual(['abcd (cut)', 'ok'])
  expect(linesOf(4, 'abcdef')).toEqual(['abcd (cut)'])
})

test('a throttle lets so many through a second, and counts what it holds back', () => {
  const throttle = new Throttle(2)
  expect([10, 20, 30, 40].map((at) => throttle.admit(at).pass)).toEqual([true, true, false, false])
  expect(throttle.admit(1000)).toEqual({ pass: true, skipped: 2 })
  expect(throttle.admit(1001)).toEqual({ pass: true, skipped: 0 })
})
