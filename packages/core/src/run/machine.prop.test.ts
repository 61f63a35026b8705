import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canMove, evolve, MOVES, owedActs, type RunState, stopFrom } from './machine.ts'

const STATES = Object.keys(MOVES) as RunState[]
const anyState = fc.constantFrom(...STATES)

test('whatever the sequence of wishes, no end is reached with a fault that may still be in, but stuck', () => {
  fc.assert(
    fc.property(fc.array(anyState, { maxLength: 60 }), (wishes) => {
      let at: RunState = 'planned'
      let mayBeIn = false
      for (const to of wishes) {
        const before: RunState = at
        at = evolve(at, to)
        if (at === before) continue
        if (at === 'injecting') mayBeIn = true
        if (before === 'reverting' && at === 'clean') mayBeIn = false
        expect(at === 'clean' && mayBeIn).toBe(false)
        expect(at === 'closed' && mayBeIn && before !== 'stuck').toBe(false)
      }
    }),
  )
})

test('aborting is absorbing: once reverting, no sequence of wishes injects again (I5)', () => {
  fc.assert(
    fc.property(fc.array(anyState, { maxLength: 60 }), (wishes) => {
      let at: RunState = 'reverting'
      for (const to of wishes) {
        at = evolve(at, to)
        expect(['injecting', 'holding']).not.toContain(at)
      }
    }),
  )
})

test('from every state the stop is a legal way, and stopping again and again comes to rest', () => {
  for (const state of STATES) {
    const to = stopFrom(state)
    expect(to === state || canMove(state, to)).toBe(true)
    expect(['injecting', 'holding']).not.toContain(to)
    expect(stopFrom(stopFrom(to))).toBe(stopFrom(to))
  }
})

describe('what is owed', () => {
  const whats = ['owed', 'injected', 'inject-failed', 'landed', 'not-landed', 'landed-unknown', 'undone', 'verified', 'stuck'] as const
  const record = fc.record({ act: fc.constantFrom('a', 'b', 'c'), what: fc.constantFrom(...whats) })

  test('is every act ever written down and not verified gone since, whatever its status says', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), (records) => {
        const expected = ['a', 'b', 'c'].filter((act) => {
          const mine = records.filter((one) => one.act === act)
          const lastWritten = mine.findLastIndex((one) => ['owed', 'injected', 'inject-failed', 'stuck'].includes(one.what))
          return lastWritten > mine.findLastIndex((one) => one.what === 'verified')
        })
        expect([...owedActs(records)].sort()).toEqual(expected)
      }),
    )
  })

  test('comes newest first, and an undo that was not verified is still owed', () => {
    const of = (act: string, ...what: (typeof whats)[number][]) => what.map((one) => ({ act, what: one }))
    expect(owedActs([...of('a', 'owed', 'injected'), ...of('b', 'owed'), ...of('a', 'undone')])).toEqual(['b', 'a'])
  })

  test('a landing told late, after the act is gone, owes nothing', () => {
    expect(
      owedActs([
        { act: 'a', what: 'verified' },
        { act: 'a', what: 'landed' },
      ]),
    ).toEqual([])
  })
})
