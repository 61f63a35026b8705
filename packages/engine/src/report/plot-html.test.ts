import type { Plot } from '@safechaos/core'
import { expect, test } from 'vitest'
import { plotRow } from './plot-html.ts'

const CLOCK = { from: 0, to: 3000, fault: undefined, stop: undefined, lanes: [], events: [] } satisfies Parameters<typeof plotRow>[1]

const legendOf = (part: Pick<Plot, 'group' | 'limits'>): string =>
  plotRow(
    {
      id: 'signal-errors',
      title: 'errors',
      unit: '/s',
      about: 'lines per second',
      lines: [{ name: 'errors', role: 'main', times: [0, 1000, 2000], values: [0, 5, 1] }],
      band: undefined,
      gaps: [],
      ...part,
    },
    CLOCK,
  )
    .toString()
    .replaceAll('\u00a0', ' ')

test.each([
  ['the highest of a rate that must not rise', 'signal', 'above', 'max 5 /s'],
  ['the lowest of a rate that must not fall', 'signal', 'below', 'min 0 /s'],
  ['the lowest of the requests, whatever is gated', 'users', 'below', 'min 0 /s'],
] as const)('shows in the legend %s', (_, group, breach, shown) => {
  expect(legendOf({ group, limits: [{ gate: 'errors', value: 2, breach }] })).toContain(shown)
})

test('shows in the legend the highest of a signal that no gate watches, and the lowest of the requests', () => {
  expect(legendOf({ group: 'signal', limits: [] })).toContain('max 5 /s')
  expect(legendOf({ group: 'users', limits: [] })).toContain('min 0 /s')
})
