import { expect, test } from 'vitest'
import type { NoReading, Reading } from '../signals/sample.ts'
import { plots } from './plots.ts'

const reading = (at: number): Reading => ({ kind: 'reading', signal: 'lag', at, value: 0.2 })
const silent = (at: number): NoReading => ({ kind: 'no-reading', signal: 'lag', at, reason: 'timeout', detail: 'no answer in 500 ms' })

test('draws no stretch of missing data twice when a late sample is also one that could not be read', () => {
  const samples = [reading(0), silent(5000), silent(10_000), reading(15_000), reading(20_000)]
  const [plot] = plots({ plan: undefined, seconds: [], samples, since: (at) => at, baseline: undefined })
  expect(plot?.gaps).toEqual([
    { from: 0, to: 15_000, why: 'timeout: no answer in 500 ms' },
    { from: 15_000, to: 20_000, why: 'no sample arrived' },
  ])
})
