import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RampStep } from '../charter/charter.ts'
import { planRamp } from './ramp.ts'

const targets = (count: number) => Array.from({ length: count }, (_, index) => `worker#${index + 1}`)
const step = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((count): RampStep => ({ targets: count })),
  fc.double({ min: 0.01, max: 100, noNaN: true }).map((percent): RampStep => ({ percent })),
)
const plan = (steps: readonly RampStep[], planned: number, more: object = {}) =>
  planRamp({ steps, holdMs: 10_000, spread: { kind: 'at-once' }, targets: targets(planned), seed: 'seed', ...more })
const sizes = (steps: readonly RampStep[], planned: number) => {
  const ramp = plan(steps, planned)
  return ramp.ok ? ramp.stages.map((stage) => stage.targets) : ramp.why
}

test('whatever the steps, a ramp never shrinks and never reaches beyond the plan (I3)', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 30 }), (steps, planned) => {
      const ramp = plan(steps, planned)
      if (!ramp.ok) return
      const reached = ramp.stages.map((stage) => stage.targets)
      expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b))
      expect(Math.max(...reached)).toBeLessThanOrEqual(planned)
      expect(ramp.stages.map((stage) => stage.number)).toEqual(reached.map((_, index) => index + 1))
      // Every target is hit once, in order, and only those of the stage.
      expect(ramp.stages.flatMap((stage) => stage.acts.map((act) => act.pick))).toEqual(targets(reached.at(-1)!).map((target) => ({ target })))
    }),
  )
})

test('a percentage is max(1, ceil(percent × planned)), without the errors of binary fractions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (tenths, planned) => {
      const exact = Math.max(1, Number((BigInt(tenths) * BigInt(planned) + 999n) / 1000n))
      expect(sizes([{ percent: tenths / 10 }], planned)).toEqual([exact])
    }),
  )
})

describe('roulette', () => {
  const random = { kind: 'random', meanIntervalMs: 700 } as const
  const acts = (seed: string, holdMs = 10_000) => {
    const ramp = plan([{ targets: 1 }, { percent: 100 }], 4, { spread: random, seed, holdMs })
    return ramp.ok ? ramp.stages.map((stage) => stage.acts) : []
  }

  test('is the same for the same seed, and another for another', () => {
    expect(acts('a')).toEqual(acts('a'))
    expect(acts('a')).not.toEqual(acts('b'))
  })

  test('whatever the seed: the first victim falls at once, the others in order within the hold, each drawn from [0, 1)', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 20_000 }), (seed, holdMs) => {
        for (const stage of acts(seed, holdMs)) {
          expect(stage[0]?.offsetMs).toBe(0)
          const offsets = stage.map((act) => act.offsetMs)
          expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
          for (const offset of offsets) expect(offset === 0 || (Number.isInteger(offset) && offset < holdMs)).toBe(true)
          for (const { pick } of stage) expect('u' in pick && pick.u >= 0 && pick.u < 1).toBe(true)
        }
      }),
    )
  })

  test('comes at the mean interval that was asked for', () => {
    const counts = Array.from({ length: 200 }, (_, index) => (acts(`seed ${index}`)[0]?.length ?? 0) - 1)
    const mean = counts.reduce((total, count) => total + count, 0) / counts.length
    // Expected 10,000 / 700 = 14.3 with a standard error of 0.27.
    expect(mean).toBeGreaterThan(13)
    expect(mean).toBeLessThan(15.6)
  })
})

test.each<[string, RampStep[], number, number[]]>([
  ['1 and all of one target are one stage', [{ targets: 1 }, { percent: 100 }], 1, [1]],
  ['1, half, all', [{ targets: 1 }, { percent: 50 }, { percent: 100 }], 4, [1, 2, 4]],
  ['7 % of 100 is 7', [{ percent: 7 }], 100, [7]],
])('%s', (_, steps, planned, expected) => {
  expect(sizes(steps, planned)).toEqual(expected)
})

test.each<[RampStep[], string]>([
  [[], 'no steps'],
  [[{ targets: 0 }], 'the ramp step 0 is neither'],
  [[{ targets: 1.5 }], 'the ramp step 1.5 is neither'],
  [[{ percent: 0 }], 'the ramp step 0% is neither'],
  [[{ percent: 101 }], 'the ramp step 101% is neither'],
  [[{ percent: Number.NaN }], 'neither'],
  [[{ targets: 5 }], 'asks for 5 targets and there are 4'],
  [[{ targets: 3 }, { percent: 50 }], 'the ramp step 50% reaches 2 of 4 targets, fewer than the 3'],
])('the steps %j are refused', (steps, why) => {
  expect(sizes(steps, 4)).toContain(why)
})
