import { expect, test } from 'vitest'
import { within } from './within.ts'

const never = new Promise<string>(() => undefined)

test('what comes in time is the answer, and later what is said or thrown instead', async () => {
  expect(await within(Promise.resolve('in time'), 1000, () => 'late')).toBe('in time')
  expect(await within(never, 5, () => 'late')).toBe('late')
  const throws = (): never => {
    throw new Error('too late')
  }
  await expect(within(never, 5, throws)).rejects.toThrow('too late')
})
