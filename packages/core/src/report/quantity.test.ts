import { expect, test } from 'vitest'
import { changeText, quantity, quantityRange, relativeText } from './quantity.ts'
import { quantile, scaledMad } from './statistics.ts'

test.each([
  [0.004, 'ratio', '0.4 %'],
  [8.23, 's', '8.23 s'],
  [12.34, 'ms', '12.3 ms'],
  [1234, 'ms', '1.23 s'],
  [61 * 1024 ** 2, 'bytes', '61 MiB'],
  [1, 'up', 'up'],
  [0, 'up', 'down'],
  [12_345, '', '12 345'],
  [0.000_12, '', '0.00012'],
  [Number.NaN, 's', 'NaN'],
])('%d %s reads %s', (value, unit, text) => {
  expect(quantity(value, unit)).toBe(text)
})

test.each([
  [0, '0 s'],
  [20, '+0.02 s'],
  [-5200, '−5.2 s'],
  [125_000, '+125 s'],
])('%d ms on the clock reads %s', (ms, text) => {
  expect(relativeText(ms)).toBe(text)
})

test('a range has its unit once where both ends share it', () => {
  expect(quantityRange(58.6 * 1024 ** 2, 59.5 * 1024 ** 2, 'bytes')).toBe('58.6 – 59.5 MiB')
  expect(quantityRange(400, 1200, 'ms')).toBe('400 ms – 1.2 s')
  expect(quantityRange(0, 0, 'ratio')).toBe('0 %')
})

test('a change has a sign and no false digits', () => {
  expect([changeText(-72.34), changeText(3.21), changeText(0), changeText(undefined)]).toEqual(['−72 %', '+3.2 %', '0.0 %', '–'])
})

test('quantiles are nearest rank, and nothing has none', () => {
  expect(quantile([5, 1, 3, 2, 4], 0.5)).toBe(3)
  expect(quantile([1, 2], 0.95)).toBe(2)
  expect(quantile([], 0.5)).toBeUndefined()
  expect(scaledMad([1, 1, 1])).toBe(0)
  expect(scaledMad([])).toBeUndefined()
})
