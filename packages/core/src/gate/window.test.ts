import { describe, expect, test } from 'vitest'
import { lagGate, loadGate, noReading, reading, second, slice } from '../testing/gate-samples.ts'
import { UNKNOWN_REASONS } from '../signals/sample.ts'
import { canBeOverEarly, evaluateLoadWindow, evaluateSignalWindow } from './window.ts'

const window = { from: 10_000, to: 11_000, now: 11_100 }
const load = (slices: ReturnType<typeof second>, spec = loadGate(), more = {}) => evaluateLoadWindow(slices, spec, { ...window, ...more })

describe('a load window', () => {
  test('is green when all of it is told and its number is within the limit', () => {
    expect(load(second(10_000))).toEqual({ state: 'ok', value: 0, newest: 11_000 })
  })

  test('is over when more failed than the limit allows; what was scheduled and never told of counts as failed', () => {
    expect(load(second(10_000, 1))).toMatchObject({ state: 'over', value: 0.2 })
    expect(load(second(10_000, 0, { ok: 4 }))).toMatchObject({ state: 'over', value: 0.2 })
  })

  test.each([
    ['p50', 10],
    ['p95', 30],
    ['p99', 400],
  ] as const)('has the exact quantile %s of all latencies, time-outs with the time-out', (number, value) => {
    const slices = second(10_000).map((one, index) => ({ ...one, latencies: [10, 10, 10, 10, index === 0 ? 400 : index < 3 ? 30 : 10] }))
    expect(load(slices, loadGate({ input: { load: number }, limit: 1e6, unit: 'ms' }))).toMatchObject({ state: 'ok', value })
  })

  test('has requests answered well, per second', () => {
    const gate = loadGate({ input: { load: 'okRate' }, breach: 'below', limit: 45, unit: '/s' })
    expect(load(second(10_000), gate)).toMatchObject({ state: 'ok', value: 50 })
    expect(load(second(10_000, 1), gate)).toMatchObject({ state: 'over', value: 40 })
  })

  test('counts a request in the window of its scheduled send, and a repeated slice once', () => {
    const slices = [...second(9000, 5), ...second(10_000), ...second(11_000, 5)]
    expect(load([...slices, ...slices])).toMatchObject({ state: 'ok', value: 0 })
  })

  test.each([
    ['three slices', 0, 3],
    ['two slices', 50, 2],
  ])('that is no multiple of a slice is whole with the %s that begin in it, and its rate is that of their time', (_, offset, count) => {
    const quarter = { from: 10_000, to: 10_250, now: 10_400 }
    const slices = Array.from({ length: 8 }, (_, index) => slice(9_800 + offset + index * 100))
    const rate = loadGate({ input: { load: 'okRate' }, breach: 'below', limit: 49, unit: '/s', windowMs: 250, minRequests: 1 })
    expect(evaluateLoadWindow(slices, rate, quarter)).toMatchObject({ state: 'ok', value: 50 })
    const inside = slices.filter(({ from }) => from >= 10_000 && from < 10_250)
    expect(inside).toHaveLength(count)
    for (const one of inside)
      expect(
        evaluateLoadWindow(
          slices.filter((other) => other !== one),
          rate,
          quarter,
        ),
      ).toMatchObject({ state: 'unknown', reason: 'stale' })
  })

  test('without a slice is unknown: no evidence is never green', () => {
    expect(load([])).toMatchObject({ state: 'unknown', reason: 'no-series' })
  })

  test('of which a part is missing is unknown, whatever the rest says: the part may hide errors', () => {
    expect(load(second(10_000).slice(1))).toMatchObject({ state: 'unknown', reason: 'stale' })
    expect(load(second(10_000, 5).slice(1))).toMatchObject({ state: 'unknown', reason: 'stale' })
  })

  test('green because traffic fell to zero is unknown (case 11)', () => {
    const few = second(10_000, 0, { scheduled: 1, ok: 1, latencies: [1] })
    expect(load(few)).toMatchObject({ state: 'unknown', reason: 'low-traffic', detail: '10 requests, 20 are needed' })
    const none = second(10_000, 0, { scheduled: 0, ok: 0, latencies: [] })
    for (const spec of [loadGate({ minRequests: 0 }), loadGate({ minRequests: 0, input: { load: 'p95' } })])
      expect(load(none, spec)).toMatchObject({ reason: 'low-traffic' })
  })

  test('of a starved machine is unknown, green or not', () => {
    for (const failed of [0, 5]) expect(load(second(10_000, failed, { lateMs: 501 }))).toMatchObject({ state: 'unknown', reason: 'starved' })
    expect(load(second(10_000, 0, { lateMs: 500 }))).toMatchObject({ state: 'ok' })
    const short = loadGate({ windowMs: 200, minRequests: 1 })
    expect(load([slice(10_000, 0, { lateMs: 240 }), slice(10_100)], short, { to: 10_200, now: 10_300 })).toMatchObject({ state: 'ok' })
  })

  test('that is old is not green any more, but a breach in it remains one', () => {
    expect(load(second(10_000), loadGate(), { now: 14_001 })).toMatchObject({ state: 'unknown', reason: 'stale' })
    expect(load(second(10_000, 5), loadGate(), { now: 14_001 })).toMatchObject({ state: 'over' })
  })

  test('from the future is unknown', () => {
    expect(load(second(10_000), loadGate(), { now: 9000 })).toMatchObject({ state: 'unknown', reason: 'future' })
  })

  test.each([{ ok: 6 }, { ok: -1 }, { scheduled: Number.NaN }, { latencies: [1] }, { latencies: [1, 2, 3, 4, Infinity] }, { lateMs: -1 }, { to: 1 }])(
    'that does not add up (%j) is unknown',
    (more) => {
      expect(load([...second(10_000).slice(1), slice(10_000, 0, more)])).toMatchObject({ state: 'unknown', reason: 'parse' })
    },
  )

  test('is over early only if no outcome of the rest could change that, and never green early', () => {
    const early = (slices: ReturnType<typeof second>, spec = loadGate()) => evaluateLoadWindow(slices, spec, window, 46)
    expect(early([slice(10_000, 5)])).toMatchObject({ state: 'over' })
    expect(early([slice(10_000, 2)])).toMatchObject({ state: 'unknown', reason: 'stale' })
    expect(early([slice(10_000)])).toMatchObject({ state: 'unknown' })
    const p50 = loadGate({ input: { load: 'p50' }, limit: 100 })
    expect(early([slice(10_000, 5, { latencies: [900, 900, 900, 900, 900] })], p50)).toMatchObject({ state: 'unknown' })
    expect(early([slice(10_000, 5, { latencies: [900, 900, 900, 900, 900] })], loadGate({ input: { load: 'p95' }, limit: 100 }))).toMatchObject({
      state: 'over',
    })
  })
})

test.each([
  [loadGate(), true],
  [loadGate({ breach: 'at-or-above' }), true],
  [loadGate({ input: { load: 'p95' } }), true],
  [loadGate({ breach: 'below' }), false],
  [loadGate({ input: { load: 'okRate' }, breach: 'below' }), true],
  [loadGate({ input: { load: 'okRate' } }), false],
  [lagGate(), false],
])('a gate that more requests can only worsen may be over early', (gate, early) => {
  expect(canBeOverEarly(gate)).toBe(early)
})

describe('a signal window', () => {
  const lag = (readings: Parameters<typeof evaluateSignalWindow>[0], spec = lagGate(), more = {}) =>
    evaluateSignalWindow(readings, spec, { ...window, ...more })

  test('has the worst value read in it', () => {
    expect(lag([reading(10_100, 3), reading(10_500, 9), reading(10_900, 4)])).toEqual({ state: 'ok', value: 9, newest: 10_900 })
    expect(lag([reading(10_100, 3), reading(10_900, 1)], lagGate({ breach: 'below', limit: 0.5 }))).toMatchObject({ state: 'ok', value: 1 })
  })

  test('is over by one reading beyond the limit, whatever else is in it', () => {
    expect(lag([reading(10_100, 11), noReading(10_900, 'http')])).toMatchObject({ state: 'over', value: 11 })
  })

  test('without a reading stands on the last one before it, as long as that is fresh', () => {
    expect(lag([reading(9900, 3)])).toMatchObject({ state: 'ok', newest: 9900 })
    expect(lag([reading(9900, 30)])).toMatchObject({ state: 'over', value: 30 })
    expect(lag([reading(8000, 3)])).toMatchObject({ state: 'unknown', reason: 'stale', detail: 'the newest sample is 3100 ms old' })
  })

  test('is unknown without any reading; later ones say nothing of it', () => {
    expect(lag([])).toMatchObject({ state: 'unknown', reason: 'no-series' })
    expect(lag([reading(11_050, 3)])).toMatchObject({ state: 'unknown', reason: 'no-series' })
  })

  test.each(UNKNOWN_REASONS)('is unknown (%s) when its newest reading could not be had', (reason) => {
    expect(lag([reading(10_100, 3), noReading(10_900, reason)])).toMatchObject({ state: 'unknown', reason })
  })

  test('is green when a reading could be had again after a failed one', () => {
    expect(lag([noReading(10_100, 'timeout'), reading(10_900, 3)])).toMatchObject({ state: 'ok', newest: 10_900 })
  })

  test('at one instant, what could not be had counts, in whatever order', () => {
    const both = [reading(10_900, 3), noReading(10_900, 'multi-series')]
    for (const readings of [both, [...both].reverse()]) expect(lag(readings)).toMatchObject({ state: 'unknown', reason: 'multi-series' })
  })

  test.each([
    [Number.NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, 'inf'],
  ])('of which the newest value is %d is unknown', (value, reason) => {
    expect(lag([reading(10_100, 3), reading(10_900, value)])).toMatchObject({ state: 'unknown', reason })
  })

  test('with a sample more than a second ahead is unknown, and a little ahead counts as now', () => {
    expect(lag([reading(10_900, 3), reading(12_200, 3)])).toMatchObject({ state: 'unknown', reason: 'future' })
    expect(lag([reading(10_900, 3)], lagGate(), { now: 10_500 })).toMatchObject({ state: 'ok', newest: 10_500 })
  })
})
