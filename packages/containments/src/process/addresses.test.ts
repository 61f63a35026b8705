import { expect, test } from 'vitest'
import { addressesOf } from './addresses.ts'

test('every replica has a loopback address of its own, the same for the same run', () => {
  const ids = Array.from({ length: 250 }, (_, index) => `worker#${index + 1}`)
  const addresses = addressesOf('run-1', ids)
  expect(new Set(addresses.values()).size).toBe(250)
  expect([...addresses.values()].every((address) => /^127\.([1-9]\d*)\.\d+\.([1-9]\d*)$/.test(address))).toBe(true)
  expect(addressesOf('run-1', ids)).toEqual(addresses)
  expect(addressesOf('run-2', ids).get('worker#1')).not.toBe(addresses.get('worker#1'))
})
