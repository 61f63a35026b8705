import { BOUNDS, evidenceLagMs, type GateSpec, gateKeeper, type Sample } from '@safechaos/core'
import { expect, test } from 'vitest'
import { logRate } from './log-rate.ts'
import type { Printed } from './read.ts'

const SIGNAL = { name: 'errors', from: 'logs', service: 'api', text: 'ERROR', everyMs: 200, unit: '/s' } as const

/** What is read after each word of the init: the lines so far, by milliseconds. */
function readings(words: readonly (readonly [ms: number, lines: number, alive?: boolean])[], everyMs = 200): readonly (Sample | undefined)[] {
  let printed: Printed | undefined
  const read = logRate({ ...SIGNAL, everyMs }, { printed: () => printed })
  return words.map(([ms, lines, alive = true]) => {
    if (printed?.ms !== ms) printed = { at: 5000 + ms, ms, printed: { errors: { lines, alive } } }
    let got: Sample | undefined
    read((sample) => {
      got = sample
    })
    return got
  })
}

const reading = (at: number, value: number): Sample => ({ kind: 'reading', signal: 'errors', at, value })

test('lines are counted over the last second, however often they are read', () => {
  expect(
    readings(
      [
        [0, 3],
        [500, 3],
        [1000, 5],
        [1500, 15],
        [2000, 15],
        [2600, 15],
      ].map(([ms = 0, lines = 0]) => [ms, lines]),
    ),
  ).toEqual([undefined, undefined, reading(6000, 2), reading(6500, 12), reading(7000, 10), reading(7600, 0)])
})

test('a slow signal counts over its own pace', () => {
  expect(
    readings(
      [
        [0, 0],
        [2000, 10],
        [4000, 30],
      ].map(([ms = 0, lines = 0]) => [ms, lines]),
      2000,
    ),
  ).toEqual([undefined, reading(7000, 5), reading(9000, 10)])
})

test('without a newer count there is no reading: silence of the counter is not silence of the service', () => {
  expect(
    readings([
      [0, 0],
      [1000, 0],
      [1000, 0],
    ]),
  ).toEqual([undefined, reading(6000, 0), undefined])
})

test('a service that is not there is not green because it prints nothing; its last lines still count', () => {
  expect(
    readings([
      [0, 0],
      [1000, 4, false],
      [2000, 4, false],
      [3000, 4],
    ]),
  ).toEqual([
    undefined,
    reading(6000, 4),
    { kind: 'no-reading', signal: 'errors', at: 7000, reason: 'no-series', detail: 'api has no process that could print' },
    reading(8000, 0),
  ])
})

/** How long after its onset a breach by ten lines a second is seen; counts come a little late each time. */
function detectedAfter(gate: GateSpec, everyMs: number, onset: number): number {
  let printed: Printed | undefined
  const read = logRate({ ...SIGNAL, everyMs }, { printed: () => printed })
  const keeper = gateKeeper([gate], undefined, 0)
  let counted = 0
  for (let now = 0; ; now += 1) {
    if (now >= counted) {
      counted = now + BOUNDS.countsMs + 1
      printed = { at: now, ms: now, printed: { errors: { lines: Math.max(0, 1 + Math.floor((now - onset) / 100)), alive: true } } }
    }
    if (now % everyMs === 0) read((sample) => sample !== undefined && keeper.feed(sample, now))
    if (now % BOUNDS.pollMs === 0 && (keeper.at(now)[0]?.state === 'BREACH' || now > onset + 60_000)) return now - onset
  }
}

test.each([100, 300, 500, 900, 1000, 2000, 5000])('at a pace of %d ms a breach is seen within what the plan says', (everyMs) => {
  const signals = [{ ...SIGNAL, everyMs }]
  for (const windowMs of [100, 1000]) {
    const shape = { name: 'errors', input: { signal: 'errors' }, breach: 'above', limit: 9, unit: '/s', windowMs, need: 2, of: 3 } as const
    const gate: GateSpec = { ...shape, minRequests: 0, freshMs: 10_000, guard: false }
    const bound = (gate.need + 1) * windowMs + evidenceLagMs(gate, undefined, signals) + BOUNDS.pollMs
    for (let onset = 20_000; onset < 20_000 + everyMs; onset += 97) expect(detectedAfter(gate, everyMs, onset)).toBeLessThanOrEqual(bound)
  }
})

test('a reading of processor time may be too small while the breach fills only a part of its stretch', () => {
  const gate = { input: { signal: 'cpu' }, windowMs: 1000 } as unknown as GateSpec
  const lagMs = evidenceLagMs(gate, undefined, [{ name: 'cpu', from: 'stats', service: 'api', stat: 'cpu', everyMs: 5000, unit: 'cores' }])
  expect(lagMs).toBe(5000 + BOUNDS.statsTimeoutMs + 4000)
})
