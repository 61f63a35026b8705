import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { grantLease, leaseIsOver, renewLease } from './lease.ts'

const EPOCH = 1_700_000_000_000
const now = (mono: number) => ({ mono, epoch: EPOCH + mono })

test('whatever is asked for, without green evidence younger than the lease the fault is off within the lease (I4)', () => {
  const ask = fc.record({ wait: fc.integer({ min: 0, max: 2000 }), age: fc.integer({ min: -5000, max: 8000 }) })
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 5000 }), fc.array(ask, { maxLength: 40 }), (ms, asks) => {
      let lease = grantLease(ms, 0, EPOCH)
      let mono = 0
      let newestFresh = 0
      for (const { wait, age } of asks) {
        mono += wait
        const before = lease
        const renewal = renewLease(lease, EPOCH + mono - age, now(mono))
        if (renewal.ok) {
          newestFresh = mono
          lease = renewal.lease
        }
        const sound = age <= ms && age >= -1000 && !leaseIsOver(before, mono) && lease.evidence > before.evidence
        expect(renewal.ok && !sound).toBe(false)
        // Never good for longer than one lease after the last renewal that was proven.
        expect(lease.untilMono).toBeLessThanOrEqual(newestFresh + ms)
        expect(leaseIsOver(lease, newestFresh + ms)).toBe(true)
      }
    }),
  )
})

test('a lease that is over never comes back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (late) => {
      expect(renewLease(grantLease(3000, 0, EPOCH), EPOCH + 3000 + late, now(3000 + late))).toEqual({ ok: false, why: 'the lease is over' })
    }),
  )
})

test.each([
  [Number.NaN, 'the evidence has no instant'],
  [EPOCH - 5000, 'the evidence does not advance'],
  [EPOCH + 1000 + 1001, 'the evidence is 1001 ms in the future'],
])('evidence of %d is refused', (newest, why) => {
  expect(renewLease(grantLease(3000, 0, EPOCH), newest, now(1000))).toEqual({ ok: false, why })
})

test('the same evidence twice, or older evidence than last time, does not renew', () => {
  const first = renewLease(grantLease(3000, 0, EPOCH), EPOCH + 900, now(1000))
  if (!first.ok) throw new Error(first.why)
  for (const newest of [EPOCH + 900, EPOCH + 899])
    expect(renewLease(first.lease, newest, now(2000))).toEqual({ ok: false, why: 'the evidence does not advance' })
  expect(renewLease(first.lease, EPOCH + 1900, now(2000))).toMatchObject({ ok: true, lease: { untilMono: 5000 } })
})

test('evidence older than the lease does not renew, even if it advances', () => {
  const lease = { ms: 3000, untilMono: 10_000, evidence: EPOCH }
  expect(renewLease(lease, EPOCH + 1, now(4000))).toEqual({ ok: false, why: 'the evidence is 3999 ms old, older than the lease of 3000 ms' })
})

test('evidence from a clock a little ahead does not block the next one', () => {
  const first = renewLease(grantLease(3000, 0, EPOCH), EPOCH + 1900, now(1000))
  expect(first).toMatchObject({ ok: true, lease: { evidence: EPOCH + 1000 } })
})

test('evidence a little ahead cannot renew twice in one instant', () => {
  const first = renewLease(grantLease(3000, 0, EPOCH), EPOCH, now(0))
  if (!first.ok) throw new Error(first.why)
  expect(renewLease(first.lease, EPOCH + 500, now(0))).toEqual({ ok: false, why: 'the evidence does not advance' })
})

test('a monotonic clock that says nothing sensible ends the lease', () => {
  expect(leaseIsOver(grantLease(3000, 0, EPOCH), Number.NaN)).toBe(true)
})
