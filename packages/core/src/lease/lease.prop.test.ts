import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { grantLease, leaseIsOver, renewLease } from './lease.ts'

const EPOCH = 1_700_000_000_000
const now = (mono: number) => ({ mono, epoch: EPOCH + mono })
const granted = (ms = 3000) => grantLease({ ms, renewEveryMs: Math.min(1000, Math.floor(ms / 3)) }, now(0))

test('whatever is asked for and however late it comes, the fault is off one lease and one renewal after the last green sample (I4)', () => {
  const ask = fc.record({ wait: fc.integer({ min: 0, max: 2000 }), age: fc.integer({ min: -5000, max: 8000 }) })
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 5000 }), fc.array(ask, { maxLength: 40 }), (ms, asks) => {
      let lease = granted(ms)
      let mono = 0
      // The newest evidence that was ever shown, by the monotonic clock; a little ahead counts as now.
      let newestGreen = 0
      for (const { wait, age } of asks) {
        mono += wait
        const wasOver = leaseIsOver(lease, mono)
        const renewal = renewLease(lease, EPOCH + mono - age, now(mono))
        if (!renewal.ok) continue
        expect(wasOver).toBe(false)
        expect(age).toBeGreaterThanOrEqual(-1000)
        const green = mono - Math.max(0, age)
        expect(green, 'evidence advances').toBeGreaterThan(newestGreen)
        newestGreen = green
        lease = renewal.lease
        expect(leaseIsOver(lease, newestGreen + ms + lease.renewEveryMs)).toBe(true)
        expect(leaseIsOver(lease, mono + ms)).toBe(true)
      }
    }),
  )
})

test('whatever the wall clock does, a lease is over one lease after its last renewal', () => {
  const ask = fc.record({
    wait: fc.integer({ min: 0, max: 2000 }),
    jump: fc.integer({ min: -100_000, max: 100_000 }),
    age: fc.integer({ min: 0, max: 5000 }),
  })
  fc.assert(
    fc.property(fc.array(ask, { maxLength: 40 }), (asks) => {
      let lease = granted()
      let mono = 0
      let epoch = EPOCH
      let renewedAt = 0
      for (const { wait, jump, age } of asks) {
        mono += wait
        epoch += wait + jump
        const renewal = renewLease(lease, epoch - age, { mono, epoch })
        if (renewal.ok) {
          renewedAt = mono
          lease = renewal.lease
        }
        expect(leaseIsOver(lease, renewedAt + 3000)).toBe(true)
      }
    }),
  )
})

test('a lease that is over never comes back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (late) => {
      expect(renewLease(granted(), EPOCH + 3000 + late, now(3000 + late))).toEqual({ ok: false, why: 'the lease is over' })
    }),
  )
})

test.each([
  [Number.NaN, 'the evidence has no instant'],
  [EPOCH, 'the evidence does not advance'],
  [EPOCH - 100, 'the evidence does not advance'],
  [EPOCH + 1000 + 1001, 'the evidence is 1001 ms in the future'],
])('evidence of %d is refused', (newest, why) => {
  expect(renewLease(granted(), newest, now(1000))).toEqual({ ok: false, why })
})

test('the same evidence twice, or older evidence than last time, does not renew', () => {
  const first = renewLease(granted(), EPOCH + 900, now(1000))
  if (!first.ok) throw new Error(first.why)
  for (const newest of [EPOCH + 900, EPOCH + 899])
    expect(renewLease(first.lease, newest, now(2000))).toEqual({ ok: false, why: 'the evidence does not advance' })
  expect(renewLease(first.lease, EPOCH + 1900, now(2000))).toMatchObject({ ok: true, lease: { untilMono: 5000 } })
})

test('evidence older than the lease does not renew, even if it advances', () => {
  const lease = { ...granted(), untilMono: 10_000 }
  expect(renewLease(lease, EPOCH + 1, now(4000))).toEqual({ ok: false, why: 'the evidence is 3999 ms old, older than the lease of 3000 ms' })
})

test('evidence that comes late by more than one renewal prolongs by less, and never shortens', () => {
  expect(renewLease(granted(), EPOCH + 500, now(2500))).toMatchObject({ ok: true, lease: { untilMono: 4500 } })
  expect(renewLease({ ...granted(), untilMono: 5000 }, EPOCH + 500, now(2500))).toMatchObject({ ok: true, lease: { untilMono: 5000 } })
})

test('evidence from a clock a little ahead does not block the next one', () => {
  const first = renewLease(granted(), EPOCH + 1900, now(1000))
  expect(first).toMatchObject({ ok: true, lease: { evidence: EPOCH + 1000 } })
})

test('evidence a little ahead cannot renew twice in one instant', () => {
  const first = renewLease(granted(), EPOCH + 10, now(10))
  if (!first.ok) throw new Error(first.why)
  expect(renewLease(first.lease, EPOCH + 500, now(10))).toEqual({ ok: false, why: 'the evidence does not advance' })
})

test('a monotonic clock that says nothing sensible ends the lease', () => {
  expect(leaseIsOver(granted(), Number.NaN)).toBe(true)
})
