import type { Sample } from '@safechaos/core'
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
    { kind: 'no-reading', signal: 'errors', at: 7000, reason: 'no-series', detail: 'api has no process' },
    reading(8000, 0),
  ])
})
