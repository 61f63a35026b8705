import { expect, test } from 'vitest'
import { bind } from './bind.ts'

test('every hole is filled, however deep, and all else stays as it is', () => {
  const template = { args: ['list', '{mark}', 'inet {mark} {leaseMs}ms'], deadlineMs: 5, nothing: null, deep: { list: [{ text: '{ address }' }] } }
  expect(bind(template, { mark: 'sc_1', leaseMs: '400' })).toEqual({
    args: ['list', 'sc_1', 'inet sc_1 400ms'],
    deadlineMs: 5,
    nothing: null,
    deep: { list: [{ text: '{ address }' }] },
  })
})

test.each(['{address}', '{surprise}', '{constructor}', '{toString}'])(
  'the hole %s that nothing fills is an error, so that nothing half-filled acts',
  (hole) => {
    expect(() => bind([hole], { mark: 'sc_1' })).toThrow(TypeError)
  },
)

test('a fact that looks like a hole is not filled again', () => {
  expect(bind('{mark}', { mark: '{leaseMs}' })).toBe('{leaseMs}')
})
