import { describe, expect, test } from 'vitest'
import { LeaseHolder } from './lease-holder.ts'

function rig(ms = 3000) {
  const clock = { at: 100_000, wall: 1_000_000, now: () => clock.wall, monotonic: () => clock.at }
  return {
    clock,
    lease: new LeaseHolder(clock, { ms, renewEveryMs: ms / 3 }),
    pass: (by: number) => Object.assign(clock, { at: clock.at + by, wall: clock.wall + by }),
  }
}

describe('a lease', () => {
  test('ends by itself', () => {
    const { lease, pass } = rig()
    lease.start()
    pass(2999)
    expect(lease.expired()).toBe(false)
    pass(1)
    expect(lease.expired()).toBe(true)
    expect(lease.renew(1_003_000)).toMatchObject({ ok: false, why: 'the lease is over' })
  })

  test('does not run before the first act, and a second start does not prolong it', () => {
    const { lease, pass } = rig()
    pass(10_000)
    expect(lease.expired()).toBe(false)
    lease.start()
    pass(2000)
    lease.start()
    pass(1000)
    expect(lease.expired()).toBe(true)
  })

  test('is prolonged only by evidence that advances', () => {
    const { lease, clock, pass } = rig()
    lease.start()
    pass(1000)
    expect(lease.renew(clock.wall - 50)).toEqual({ ok: true, until: clock.wall + 3000 })
    expect(lease.renew(clock.wall - 50)).toMatchObject({ ok: false })
    expect(lease.renew(clock.wall - 60)).toMatchObject({ ok: false })
    pass(2999)
    expect(lease.expired()).toBe(false)
  })

  test.each([
    ['from the future', 1001],
    ['older than itself', -3001],
    ['that is no instant', Number.NaN],
    ['that is infinite', Number.POSITIVE_INFINITY],
  ])('refuses evidence %s', (_, offset) => {
    const { lease, clock } = rig()
    lease.start()
    expect(lease.renew(clock.wall + offset)).toMatchObject({ ok: false })
  })

  test('cannot be renewed twice in one instant by evidence that lies a little ahead', () => {
    const { lease, clock, pass } = rig()
    lease.start()
    pass(1000)
    expect(lease.renew(clock.wall + 400)).toMatchObject({ ok: true })
    expect(lease.renew(clock.wall + 500)).toMatchObject({ ok: false, why: 'the evidence does not advance' })
    pass(1000)
    expect(lease.renew(clock.wall)).toMatchObject({ ok: true })
  })

  test('there is nothing to renew before the first act', () => {
    const { lease, clock } = rig()
    expect(lease.renew(clock.wall)).toMatchObject({ ok: false, why: 'there is no lease yet' })
  })

  test('evidence from before the grant renews nothing', () => {
    const { lease, clock, pass } = rig()
    lease.start()
    const before = clock.wall - 1
    pass(500)
    expect(lease.renew(before)).toMatchObject({ ok: false, why: 'the evidence does not advance' })
  })

  test('is not prolonged by a wall clock that is set back', () => {
    const { lease, clock, pass } = rig()
    lease.start()
    clock.wall -= 3_600_000
    pass(3000)
    expect(lease.expired()).toBe(true)
  })
})
