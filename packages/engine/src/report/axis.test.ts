import { describe, expect, test } from 'vitest'
import { niceStep, ticks, timeScale, valueAxis } from './axis.ts'
import { linePath } from './plot-html.ts'

describe('scales', () => {
  test('time is clipped to the ends of the clock', () => {
    const x = timeScale(-1000, 1000)
    expect([x(-5000), x(0), x(5000)]).toEqual([0, 0.5, 1])
  })

  test('steps are one, two or five times a power of ten', () => {
    expect([0.7, 1.2, 3, 7, 0.03, 0, Number.NaN].map(niceStep)).toEqual([1, 2, 5, 10, 0.05, 1, 1])
    expect(ticks(-5, 27, 6)).toEqual([0, 10, 20])
  })

  test('ratios and rates start at zero', () => {
    expect(valueAxis([0.4, 0.5], [], 'ratio').low).toBe(0)
    expect(valueAxis([48, 50], [], '/s').low).toBe(0)
  })

  test('a limit is on the plot unless it would flatten the values', () => {
    expect(valueAxis([4], [10], 's').high).toBeGreaterThan(10)
    expect(valueAxis([0.01], [10], 's').high).toBeLessThan(1)
    expect(valueAxis([0], [0.05], 'ratio').high).toBeGreaterThan(0.05)
  })

  test('bytes that hardly change do not start at zero', () => {
    expect(valueAxis([60e6, 62e6], [], 'bytes').low).toBeGreaterThan(50e6)
  })
})

test('a missing value lifts the pen, and a lonely value is a dot', () => {
  const axis = valueAxis([1], [], 's')
  const path = linePath({ name: 'lag', role: 'main', times: [0, 1, 2, 3, 4], values: [1, 1, null, 1, null] }, timeScale(0, 4), axis)
  expect(path.match(/M/g)).toHaveLength(2)
  expect(path.endsWith('h0')).toBe(true)
})
