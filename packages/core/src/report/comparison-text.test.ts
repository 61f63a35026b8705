import { expect, test } from 'vitest'
import { comparedName, differenceText, valueOr } from './comparison-text.ts'

test.each([
  ['ratio', 0.0004, 0.0006, '+0.02 points'],
  ['%', 30, 20, '−10 points'],
  ['ratio', 0.5, 0.5, '0 points'],
  ['ratio', undefined, 0.5, '+50 %'],
  ['%', 0.5, undefined, '+50 %'],
  ['ms', 2, 3, '+50 %'],
])('the difference of two %s, %s and %s, reads as %s: percentages in points, all else in percent', (unit, a, b, text) => {
  expect(differenceText({ name: 'it', statistic: 'all', unit, a, b, changePercent: 50, points: [9, 9] })).toBe(text)
})

test('a percentage that comes from zero has a difference, and no percent to tell', () => {
  const zero = { name: 'it', statistic: 'all', a: 0, b: 0.01, changePercent: undefined, points: [9, 9] } as const
  expect([differenceText({ ...zero, unit: 'ratio' }), differenceText({ ...zero, unit: 's' })]).toEqual(['+1 points', '–'])
})

test('a number is named by its statistic unless it is of all, and a missing one is a dash', () => {
  expect([comparedName({ name: 'lag', statistic: 'p95' }), comparedName({ name: 'failed requests', statistic: 'all' })]).toEqual([
    'p95 lag',
    'failed requests',
  ])
  expect([valueOr(2, 's'), valueOr(undefined, 's')]).toEqual(['2 s', '–'])
})
