import { compareRuns } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { heldRun, refusedRun, weakRun } from '../../../../test/support/synthetic-run.ts'
import { comparisonText } from './comparison-text.ts'

describe('a comparison', () => {
  const comparison = compareRuns(weakRun(), weakRun())
  test('of two runs of one charter heads its columns with letters, and tells the ids once', () => {
    const lines = comparisonText(comparison).split('\n')
    expect(lines.slice(0, 2).map((line) => line.slice(0, 6))).toEqual(['A  run', 'B  run'])
    expect(lines.some((line) => /^ +A worker-kill-weak {3}B worker-kill-weak +change$/.test(line))).toBe(true)
  })
  test('reads as lines with both names, the window and the change', () => {
    const text = comparisonText(compareRuns(weakRun(), heldRun()))
    expect(text).toContain('worker-kill-weak')
    expect(text).toContain('p95 lag')
    expect(text).toMatch(/−\d+ %/)
  })
  test('tells the difference of percentages in points, and of all else in percent', () => {
    const base = { statistic: 'all', changePercent: 50, points: [9, 9] } as const
    const text = comparisonText({
      ...comparison,
      rows: [
        { ...base, name: 'failed requests', unit: 'ratio', a: 0.0004, b: 0.0006 },
        { ...base, name: 'used', unit: '%', a: 30, b: 20 },
        { ...base, name: 'equal', unit: 'ratio', a: 0.5, b: 0.5 },
        { ...base, name: 'from zero', unit: 'ratio', a: 0, b: 0.01, changePercent: undefined },
        { ...base, name: 'latency', unit: 'ms', a: 2, b: 3 },
      ],
    })
    for (const end of [
      'failed requests .* \\+0\\.02 points',
      'used .* −10 points',
      'equal .* 0 points',
      'from zero .* \\+1 points',
      'latency .* \\+50 %',
    ])
      expect(text).toMatch(new RegExp(`^${end}$`, 'm'))
  })
  test('warns of what was done differently, and says why there are no numbers', () => {
    expect(comparisonText({ ...comparison, differences: ['the load differs'] })).toContain('careful: the load differs')
    expect(comparisonText(compareRuns(heldRun(), refusedRun()))).toContain('never injected')
  })
})
