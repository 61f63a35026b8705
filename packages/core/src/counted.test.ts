import { expect, test } from 'vitest'
import { counted, isOrAre, wasOrWere } from './counted.ts'

test('one thing is said in the singular, none and several in the plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'target'))).toEqual(['0 targets', '1 target', '2 targets'])
})

test('the verb goes with the count', () => {
  expect([0, 1, 2].map((count) => `${isOrAre(count)} ${wasOrWere(count)}`)).toEqual(['are were', 'is was', 'are were'])
})
