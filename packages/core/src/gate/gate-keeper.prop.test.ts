import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LoadSpec } from '../signals/load.ts'
import { type Sample, UNKNOWN_REASONS } from '../signals/sample.ts'
import { lagGate, loadGate, noReading, reading, second, slice } from '../testing/gate-samples.ts'
import { gateKeeper } from './gate-keeper.ts'

const LOAD: LoadSpec = { method: 'GET', url: 'http://api:8080/', rate: 50, timeoutMs: 1000 } as LoadSpec
const START = 10_000
const END = 18_000

/** What a network may do to one sample: lose it, repeat it, delay it. Arrival is never before it was taken. */
const fate = fc.record({ copies: fc.integer({ min: 0, max: 2 }), delay: fc.integer({ min: 0, max: 5000 }) })

/** All states of both gates over the whole time, under the fates that the samples meet. */
function statesOf(samples: readonly Sample[], fates: readonly { copies: number; delay: number }[]) {
  const arrivals = samples.flatMap((sample, index) => {
    const { copies, delay } = fates[index % fates.length] ?? { copies: 1, delay: 0 }
    const taken = sample.kind === 'load' ? sample.to : sample.at
    return Array.from({ length: copies }, () => ({ at: taken + delay, sample }))
  })
  arrivals.sort((a, b) => a.at - b.at)
  const keeper = gateKeeper([loadGate(), lagGate()], LOAD, START)
  const states = []
  let next = 0
  for (let now = START; now <= END; now += 50) {
    for (; next < arrivals.length && arrivals[next]!.at <= now; next++) keeper.feed(arrivals[next]!.sample, now)
    states.push(...keeper.at(now).map((state) => ({ ...state, now })))
  }
  return states
}

const fates = fc.array(fate, { minLength: 1, maxLength: 40 })
const spanOf = (from: number, seconds: number) => Array.from({ length: seconds }, (_, index) => from + index * 1000)
const BAD: Sample[] = spanOf(START, 6).flatMap((from) => [...second(from, 5), reading(from + 100, 99), reading(from + 600, 99)])
const GOOD: Sample[] = spanOf(START, 6).flatMap((from) => [...second(from), reading(from + 100, 1), reading(from + 600, 1)])

test('no loss, repetition or delay of bad samples ever makes an OK', () => {
  fc.assert(
    fc.property(fates, (met) => {
      expect(statesOf(BAD, met).filter((state) => state.state === 'OK')).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('no loss, repetition or delay of good samples ever makes a BREACH', () => {
  fc.assert(
    fc.property(fates, (met) => {
      expect(statesOf(GOOD, met).filter((state) => state.state === 'BREACH')).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('an OK always rests on a sample that is no older than fresh and not from the future, and that instant never goes back', () => {
  fc.assert(
    fc.property(fates, (met) => {
      const newest: Record<string, number> = {}
      for (const state of statesOf(GOOD, met)) {
        expect(state.newest === undefined).toBe(state.state !== 'OK')
        if (state.newest === undefined) continue
        expect(state.now - state.newest).toBeLessThanOrEqual(3000)
        expect(state.newest).toBeLessThanOrEqual(state.now)
        expect(state.newest).toBeGreaterThanOrEqual(newest[state.gate] ?? 0)
        newest[state.gate] = state.newest
      }
    }),
    { numRuns: 60 },
  )
})

test('where no reading could be had, whatever the reasons, nothing is OK', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...UNKNOWN_REASONS), { minLength: 1, maxLength: 20 }), fates, (reasons, met) => {
      const samples = reasons.map((reason, index) => noReading(START + index * 250, reason))
      expect(statesOf(samples, met).filter((state) => state.state !== 'UNKNOWN')).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('samples of rubbish never throw and never make an OK', () => {
  const rubbish = fc.oneof(
    fc.record({ at: fc.double(), value: fc.constantFrom(Number.NaN, Infinity, -Infinity) }).map(({ at, value }): Sample => reading(at, value)),
    fc.record({ from: fc.double(), lateMs: fc.double(), ok: fc.double({ max: -1 }) }).map((more): Sample => slice(START, 0, more)),
    fc.integer({ min: 2000, max: 1e9 }).map((ahead): Sample => reading(END + ahead, 1)),
  )
  fc.assert(
    fc.property(fc.array(rubbish, { maxLength: 30 }), (samples) => {
      const keeper = gateKeeper([loadGate(), lagGate()], LOAD, START)
      for (const sample of samples) keeper.feed(sample, START + 500)
      for (let now = START + 500; now < END; now += 500) expect(keeper.at(now).map((state) => state.state)).not.toContain('OK')
    }),
    { numRuns: 100 },
  )
})
