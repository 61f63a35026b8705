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
  test('ends each line with the change', () => {
    const row = { name: 'failed requests', statistic: 'all', unit: 'ratio', a: 0.0004, b: 0.0006, changePercent: 50, points: [9, 9] } as const
    expect(comparisonText({ ...comparison, rows: [row] })).toMatch(/^failed requests .* 0\.04 % .* 0\.06 % +\+0\.02 points$/m)
  })
  test('warns of what was done differently, and says why there are no numbers', () => {
    expect(comparisonText({ ...comparison, differences: ['the load differs'] })).toContain('careful: the load differs')
    expect(comparisonText(compareRuns(heldRun(), refusedRun()))).toContain('never injected')
  })
})
