import type { Step } from '@safechaos/core'
import { expect, test, vi } from 'vitest'
import { Acts } from './acts.ts'
import type { StepHouse } from './steps.ts'

test('steps of an undo that fail are said, and keep none of the others from being tried', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue()
  const tried = vi.fn((): never => {
    throw new Error('there is no web#9')
  })
  const undone = Promise.withResolvers<readonly string[]>()
  const acts = new Acts({ services: { of: tried } } as unknown as StepHouse, 100, undone.resolve)
  const step: Step = { do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 100 }
  acts.arm('a1', { id: 'web#9', members: ['web#9'] }, [step, step])
  acts.watch()
  expect(await undone.promise).toEqual(['a1'])
  expect(tried).toHaveBeenCalledTimes(2)
  expect(said.mock.calls.flat()).toEqual(Array.from({ length: 2 }, () => 'init: a1: a step of its undo failed: Error: there is no web#9'))
  said.mockRestore()
})
