import { expect, test } from 'vitest'
import { Starvation } from './starvation.ts'

test('lateness of more than half a second, and of half a window, counts for windows that it fell into', () => {
  const starvation = new Starvation()
  starvation.saw(10_000, 900)
  expect(starvation.during(9000, 1000)).toBe(900)
  expect(starvation.during(9000, 2000)).toBeUndefined()
  expect(starvation.during(10_001, 1000)).toBeUndefined()
})

test('ordinary lateness of a busy machine is no excuse', () => {
  const starvation = new Starvation()
  for (let at = 0; at < 5000; at += 50) starvation.saw(at, 400)
  expect(starvation.during(0, 250)).toBeUndefined()
})
