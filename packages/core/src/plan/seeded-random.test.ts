import { expect, test } from 'vitest'
import { exponentialMs, seededRandom } from './seeded-random.ts'

test('the numbers of a seed are these, on every machine and in every version', () => {
  const random = seededRandom('safechaos')
  expect(Array.from({ length: 4 }, random)).toMatchInlineSnapshot(`
    [
      0.6236543476115912,
      0.45640721800737083,
      0.3817696087062359,
      0.5904239707160741,
    ]
  `)
})

test('the numbers fill [0, 1) evenly, and neighbouring seeds are strangers to each other', () => {
  const bins = Array.from({ length: 10 }, () => 0)
  for (let seed = 0; seed < 100; seed++) {
    const random = seededRandom(`run ${seed}`)
    for (let draw = 0; draw < 100; draw++) bins[Math.floor(random() * 10)]! += 1
  }
  // 1,000 expected in each bin; five standard deviations are 150.
  for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(150)
  const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => Math.floor(seededRandom(`${seed}`)() * 1e6)))
  expect(firsts.size).toBeGreaterThan(990)
})

test('an exponential time is never negative and never infinite', () => {
  expect(exponentialMs(() => 0, 100)).toBeCloseTo(0)
  expect(Number.isFinite(exponentialMs(() => 1 - 2 ** -32, 100))).toBe(true)
})
