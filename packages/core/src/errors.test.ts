import { expect, test } from 'vitest'
import { messageOf, SafechaosError } from './errors.ts'

test.each([
  [new Error('it broke'), 'it broke'],
  [new TypeError(''), ''],
  [new SafechaosError({ code: 'SC_STEP', message: 'the step failed' }), 'the step failed'],
  ['a word', 'a word'],
  [7, '7'],
  [null, 'null'],
  [undefined, 'undefined'],
])('what was thrown says what it can, an error its message and nothing else: %s', (thrown, said) => {
  expect(messageOf(thrown)).toBe(said)
})
