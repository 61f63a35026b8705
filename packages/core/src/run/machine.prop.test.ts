import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canMove, isStopped, MOVES, type RunState } from './machine.ts'

const STATES = Object.keys(MOVES) as RunState[]
const wishes = fc.array(fc.constantFrom(...STATES), { maxLength: 60 })
const after = (from: RunState, to: RunState): RunState => (canMove(from, to) ? to : from)

test('whatever the sequence of wishes, no end is reached with a fault that may still be in, but stuck', () => {
  fc.assert(
    fc.property(wishes, (script) => {
      let at: RunState = 'planned'
      let mayBeIn = false
      let wasStuck = false
      for (const to of script) {
        const before: RunState = at
        at = after(at, to)
        if (at === 'injecting') mayBeIn = true
        if (before === 'reverting' && at === 'clean') mayBeIn = false
        if (at === 'stuck') wasStuck = true
        expect((at === 'clean' || at === 'closed') && mayBeIn && !wasStuck).toBe(false)
      }
    }),
  )
})

test('aborting is absorbing: once stopped, no sequence of wishes injects again (I5)', () => {
  fc.assert(
    fc.property(wishes, (script) => {
      let at: RunState = 'reverting'
      for (const to of script) {
        at = after(at, to)
        expect(isStopped(at)).toBe(true)
        expect(['injecting', 'holding']).not.toContain(at)
      }
    }),
  )
})

test('every state that is not stopped can be stopped, and every stopped one comes to its end', () => {
  for (const state of STATES) expect(isStopped(state) || canMove(state, 'reverting')).toBe(true)
  const ends = (state: RunState): boolean => state === 'closed' || (MOVES[state] as readonly RunState[]).every(ends)
  expect(ends('reverting')).toBe(true)
})
