import { expect, test } from 'vitest'
import { lagGate } from '../testing/gate-samples.ts'
import { advanceGate } from './advance-gate.ts'
import type { WindowVerdict } from './gate.ts'

const ok = (newest: number): WindowVerdict => ({ state: 'ok', value: 3, newest })
const over = (newest: number): WindowVerdict => ({ state: 'over', value: 12, newest })
const unknown = (newest: number): WindowVerdict => ({ state: 'unknown', reason: 'http', detail: 'HTTP 500', newest })
const gate = (history: readonly WindowVerdict[], now = 3500) => advanceGate(lagGate(), history, now)

test('no window at all is UNKNOWN', () => {
  expect(gate([])).toMatchObject({ state: 'UNKNOWN', reason: 'no-series', newest: undefined, value: undefined })
})

test('need windows out of the last `of` are a BREACH, said with their values and the limit', () => {
  expect(gate([over(1000), ok(2000), over(3000)])).toMatchObject({
    state: 'BREACH',
    detail: '2 of the last 3 windows were beyond it (12 s, 12 s); the limit is 10 s',
  })
  expect(gate([over(1000), unknown(2000), over(3000)]).state).toBe('BREACH')
  expect(gate([over(1000), over(2000), unknown(3000)]).state).toBe('BREACH')
  expect(gate([over(0), ok(1000), ok(2000), over(3000)]).state).toBe('OK')
})

test('one window beyond the limit is nearing, and its evidence is not green', () => {
  expect(gate([ok(1000), ok(2000), over(3000)])).toMatchObject({ state: 'OK', nearing: true, newest: 2000, value: 12 })
  expect(gate([over(2000), ok(3000)])).toMatchObject({ state: 'OK', nearing: false, newest: 3000, value: 3 })
})

test('a window beyond the limit with no green one is not OK', () => {
  expect(gate([over(3000)])).toMatchObject({ state: 'UNKNOWN', reason: 'stale', nearing: true })
})

test('the latest window unknown is UNKNOWN with its reason, whatever was before', () => {
  expect(gate([ok(1000), ok(2000), unknown(3000)])).toMatchObject({ state: 'UNKNOWN', reason: 'http', detail: 'HTTP 500', newest: undefined })
})

test('an OK ends by itself when its newest sample is not fresh any more', () => {
  expect(gate([ok(3000)], 6000).state).toBe('OK')
  expect(gate([ok(3000)], 6001)).toMatchObject({ state: 'UNKNOWN', reason: 'stale', newest: undefined })
})
