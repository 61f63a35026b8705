import type { LoadSlice } from '@safechaos/core'
import { expect, test } from 'vitest'
import { Slices } from './slices.ts'

const collect = (): { readonly slices: Slices; readonly emitted: LoadSlice[] } => {
  const emitted: LoadSlice[] = []
  return { slices: new Slices(1000, (slice) => emitted.push(slice)), emitted }
}

test('a slice is emitted when its time is over and its last request has ended, so a slow answer lets later slices pass', () => {
  const { slices, emitted } = collect()
  const slow = slices.scheduled(50, 0)
  slices.passed(100)
  const quick = slices.scheduled(150, 0)
  slices.ended(quick, 2, undefined)
  expect(emitted).toEqual([])
  slices.passed(200)
  expect(emitted.map(({ from }) => from)).toEqual([1100])
  slices.ended(slow, 250, 'timeout')
  expect(emitted[1]).toEqual({ kind: 'load', from: 1000, to: 1100, scheduled: 1, ok: 0, failed: { timeout: 1 }, latencies: [250], lateMs: 0 })
})

test('slices without a request are emitted too, so that silence is not mistaken for calm', () => {
  const { slices, emitted } = collect()
  slices.passed(350)
  expect(emitted.map(({ from, scheduled }) => [from, scheduled])).toEqual([
    [1000, 0],
    [1100, 0],
    [1200, 0],
  ])
})

test('a request that is due on a border belongs to the slice that begins there, whatever the fractions are', () => {
  const { slices, emitted } = collect()
  for (let k = 0; k < 60; k++) slices.ended(slices.scheduled(k * (1000 / 30), 0), 1, undefined)
  slices.passed(2000)
  expect(emitted.map(({ scheduled }) => scheduled)).toEqual(Array.from({ length: 20 }, () => 3))
})

test('a slice says how late its latest request was sent, and counts failures by class', () => {
  const { slices, emitted } = collect()
  const slice = slices.scheduled(0, 3.26)
  slices.scheduled(10, 1)
  slices.scheduled(20, 0)
  slices.ended(slice, 5, 'reset')
  slices.ended(slice, 5, 'reset')
  slices.ended(slice, 5, 'status-503')
  slices.passed(100)
  expect(emitted[0]).toMatchObject({ scheduled: 3, ok: 0, failed: { reset: 2, 'status-503': 1 }, lateMs: 3.3 })
})
