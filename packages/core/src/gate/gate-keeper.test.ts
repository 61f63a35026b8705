import { describe, expect, test } from 'vitest'
import type { LoadSpec } from '../signals/load.ts'
import type { Sample } from '../signals/sample.ts'
import { lagGate, loadGate, noReading, reading, second, slice } from '../testing/gate-samples.ts'
import { gateKeeper } from './gate-keeper.ts'

const LOAD: LoadSpec = { method: 'GET', url: 'http://api:8080/', rate: 50, timeoutMs: 1000 } as LoadSpec
const keeper = (gates = [loadGate()], load: LoadSpec | undefined = LOAD) => gateKeeper(gates, load, 10_000)

/** Feeds each sample as it comes and asks every 50 ms; gives the instants at which the first gate's state changed. */
function play(arrivals: readonly (readonly [number, Sample])[], until: number, gates = [loadGate()], load: LoadSpec | undefined = LOAD) {
  const one = keeper(gates, load)
  const sorted = [...arrivals].sort(([a], [b]) => a - b)
  const changes: { at: number; state: string; reason: string | undefined }[] = []
  for (let now = 10_000; now <= until; now += 50) {
    while (sorted[0] !== undefined && sorted[0][0] <= now) {
      const [at, sample] = sorted.shift()!
      one.feed(sample, at)
    }
    const [state] = one.at(now)
    const last = changes.at(-1)
    if (last?.state !== state!.state || last.reason !== state!.reason) changes.push({ at: now, state: state!.state, reason: state!.reason })
  }
  return changes
}
const prompt = (slices: ReturnType<typeof second>): [number, Sample][] => slices.map((one) => [one.to + 20, one])
const stalled = (slices: ReturnType<typeof second>): [number, Sample][] => slices.map((one) => [one.to + 1000, one])
const seconds = (count: number, failed = 0, from = 10_000) => Array.from({ length: count }, (_, index) => second(from + index * 1000, failed)).flat()

describe('a load gate', () => {
  test('is UNKNOWN until its first window is whole, then OK', () => {
    expect(play(prompt(seconds(3)), 13_000)).toEqual([
      { at: 10_000, state: 'UNKNOWN', reason: 'no-series' },
      { at: 11_050, state: 'OK', reason: undefined },
    ])
  })

  test('breaches by the second bad window', () => {
    const changes = play(prompt([...seconds(2), ...seconds(3, 5, 12_000)]), 15_000)
    expect(changes.at(-1)).toMatchObject({ state: 'BREACH' })
    expect(changes.at(-1)!.at).toBeLessThanOrEqual(14_000)
  })

  test('of a service that stalls whole breaches before the default lease of 3 s would end', () => {
    for (const onset of [12_000, 12_300, 12_900]) {
      const all = seconds(6)
      const arrivals = [
        ...prompt(all.filter((one) => one.from < onset)),
        ...stalled(all.filter((one) => one.from >= onset).map((one) => slice(one.from, 5))),
      ]
      const breach = play(arrivals, 16_000).find((change) => change.state === 'BREACH')
      expect(breach!.at - onset).toBeLessThanOrEqual(2250)
    }
  })

  test('whose stream stops is UNKNOWN(stale) by raw sample time, then for want of a window', () => {
    const changes = play(prompt(seconds(2)), 18_000)
    expect(changes.slice(2).map(({ state }) => state)).not.toContain('OK')
    expect(changes[2]).toMatchObject({ state: 'UNKNOWN', at: 14_200 })
  })

  test('takes slices in any order and twice', () => {
    const slices = seconds(3)
    expect(play(prompt([...slices].reverse()), 13_000)).toEqual(play(prompt([...slices, ...slices]), 13_000))
  })

  test('does not take back a judged window for what comes later', () => {
    const late = second(10_000, 5).map((one): [number, Sample] => [13_000, one])
    expect(play([...prompt(seconds(4)), ...late], 14_000).at(-1)).toMatchObject({ state: 'OK' })
  })

  test('without a load in the charter never says OK by itself', () => {
    expect(play([], 15_000, [loadGate()], undefined).map(({ state }) => state)).toEqual(['UNKNOWN'])
    expect(play(prompt(seconds(3)), 13_000, [loadGate()], undefined).at(-1)).toMatchObject({ state: 'OK' })
  })
})

describe('a signal gate', () => {
  const lags = (values: readonly number[], every = 500): [number, Sample][] =>
    values.map((value, index) => [10_000 + index * every + 5, reading(10_000 + index * every, value)])
  const playLag = (arrivals: readonly (readonly [number, Sample])[], until: number) => play(arrivals, until, [lagGate()], undefined)

  test('breaches as soon as the second window has a value beyond the limit, not at its end', () => {
    const changes = playLag(lags([1, 1, 1, 1, 12, 12, 12, 12]), 14_000)
    expect(changes.at(-1)).toEqual({ at: 13_050, state: 'BREACH', reason: undefined })
  })

  test('whose exporter died with the fault is UNKNOWN with the reason, at the end of that window', () => {
    const arrivals = [...lags([1, 1, 1, 1]), [12_010, noReading(12_000, 'http')], [12_510, noReading(12_500, 'http')]] as const
    expect(playLag(arrivals, 13_200).at(-1)).toEqual({ at: 13_100, state: 'UNKNOWN', reason: 'http' })
  })

  test('whose series vanished silently is UNKNOWN(stale) by the age of the last sample, however often it is asked', () => {
    const changes = playLag(lags([1, 1, 1, 1]), 17_000)
    expect(changes.at(-1)).toMatchObject({ state: 'UNKNOWN', reason: 'stale' })
    expect(changes.at(-1)!.at).toBeLessThanOrEqual(11_500 + 3000 + 50)
  })

  test('with a sample from the future is UNKNOWN(future) when it comes, and green again without it', () => {
    const changes = playLag([...lags([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), [11_900, reading(99_000, 1)]], 14_500)
    expect(changes.map(({ state, reason }) => reason ?? state)).toEqual(['no-series', 'OK', 'future', 'OK'])
  })

  test('does not hear other signals', () => {
    expect(playLag([[10_100, { ...reading(10_100, 1), signal: 'other' }]], 13_000)).toHaveLength(1)
  })
})

test('every gate of a charter is judged by itself: one that is UNKNOWN does not stop another', () => {
  const one = keeper([loadGate(), lagGate()])
  for (const sample of seconds(1)) one.feed(sample, 11_010)
  expect(one.at(11_150).map((state) => state.state)).toEqual(['OK', 'UNKNOWN'])
})

test('after a long sleep of the judge nothing old is OK, and it is quick about it', () => {
  const one = keeper()
  for (const sample of seconds(2)) one.feed(sample, 12_000)
  expect(one.at(12_050)[0]).toMatchObject({ state: 'OK' })
  const begun = performance.now()
  expect(one.at(12_050 + 1e10)[0]).toMatchObject({ state: 'UNKNOWN' })
  expect(performance.now() - begun).toBeLessThan(100)
})

test('a flood of samples is UNKNOWN, not memory, and passes', () => {
  const one = keeper([lagGate()])
  for (let index = 0; index < 10_000; index++) one.feed(reading(10_000 + index / 20, 1), 10_500)
  expect(one.at(11_150)[0]).toMatchObject({ state: 'UNKNOWN', reason: 'parse' })
  for (let at = 11_200; at < 13_000; at += 200) one.feed(reading(at, 1), at)
  expect(one.at(13_150)[0]).toMatchObject({ state: 'OK' })
})
