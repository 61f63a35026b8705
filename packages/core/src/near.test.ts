import { expect, test } from 'vitest'
import { nearNames } from './near.ts'

test.each([
  ['wrker', ['api', 'worker', 'workers'], ['worker', 'workers']],
  ['Worker', ['worker'], ['worker']],
  ['queue', ['api', 'worker'], []],
  ['ab', ['aa', 'ac', 'ad', 'ae'], ['aa', 'ac', 'ad']],
  ['x', [], []],
])('for %j in %j a person may have meant %j', (name, names, meant) => {
  expect(nearNames(name, names)).toEqual(meant)
})
