import { describe, expect, test } from 'vitest'
import { chain, heldRun, refusedRun, SYNTHETIC_ZERO, weakRun } from '../../../../test/support/synthetic-run.ts'
import { compareRuns } from './compare.ts'

describe('a comparison of two runs of the same fault', () => {
  const comparison = compareRuns(weakRun(), heldRun())

  test('covers the seconds that both lived through: fault and recovery of the shorter one', () => {
    expect(comparison.window).toEqual({ from: 0, to: 27_231 })
  })

  test('computes the change of the p95 lag from the readings of these seconds', () => {
    const within = (run: ReturnType<typeof weakRun>) =>
      run.samples
        .flatMap((sample) =>
          sample.kind === 'reading' && sample.signal === 'lag' && sample.at >= SYNTHETIC_ZERO && sample.at < SYNTHETIC_ZERO + 27_231
            ? [sample.value]
            : [],
        )
        .sort((a, b) => a - b)
    const p95 = (values: number[]) => values[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN
    const [a, b] = [p95(within(weakRun())), p95(within(heldRun()))]
    const row = comparison.rows.find(({ name, statistic }) => name === 'lag' && statistic === 'p95')
    expect(row).toMatchObject({ a, b, unit: 's' })
    expect(row?.changePercent).toBeCloseTo(((b - a) / a) * 100, 6)
    expect(row?.changePercent).toBeLessThan(-40)
  })

  test('finds no difference in what was done, only in what came of it', () => {
    expect(comparison.differences).toEqual([])
  })

  test('says how many readings could not be had', () => {
    expect(comparison.notes.some((note) => note.startsWith('lag: 3 and '))).toBe(true)
  })

  test('is the same whatever the clock of the machine said', () => {
    const { records, samples } = heldRun()
    const later = {
      records: chain(records.map(({ at, body }) => ({ at: at + 86_400_000, body }))),
      samples: samples.map((sample) =>
        sample.kind === 'load'
          ? { ...sample, from: sample.from + 86_400_000, to: sample.to + 86_400_000 }
          : { ...sample, at: sample.at + 86_400_000 },
      ),
    }
    expect(compareRuns(weakRun(), later).rows).toEqual(comparison.rows)
  })
})

test('runs with another fault or load are compared with a warning', () => {
  const { records, samples } = heldRun()
  const slower = records.map(({ at, body }) => ({
    at,
    body:
      body.kind === 'plan' && body.planned.plan.load !== undefined
        ? { ...body, planned: { ...body.planned, plan: { ...body.planned.plan, load: { ...body.planned.plan.load, rate: 5 } } } }
        : body,
  }))
  const comparison = compareRuns(weakRun(), { records: chain(slower), samples })
  expect(comparison.differences).toEqual(['the load differs'])
})

test('parts of which there are several differ, one differs', () => {
  const { records, samples } = heldRun()
  const fewer = records.map(({ at, body }) => ({
    at,
    body: body.kind === 'plan' ? { ...body, planned: { ...body.planned, plan: { ...body.planned.plan, targets: [], stages: [] } } } : body,
  }))
  expect(compareRuns(weakRun(), { records: chain(fewer), samples }).differences).toEqual(['the targets differ', 'the ramp differs'])
})

test('a run that never injected cannot be compared, and that is said', () => {
  const comparison = compareRuns(weakRun(), refusedRun())
  expect(comparison.window).toBeUndefined()
  expect(comparison.rows).toEqual([])
})
