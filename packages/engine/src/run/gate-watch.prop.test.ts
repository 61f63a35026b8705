import { type GateSpec, grantLease, type Lease, leaseIsOver, type Plan, renewLease, SafechaosError, type SignalSpec } from '@safechaos/core'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gateProblems } from '../../../core/src/plan/gate-problems.ts'
import { lagGate } from '../../../core/src/testing/gate-samples.ts'
import { Ending } from './ending.ts'
import { GateWatch } from './gate-watch.ts'

const STEP_MS = 10
const STEADY_MS = 20_000
const EPOCH = 1_700_000_000_000

beforeEach(() => void vi.useFakeTimers({ now: EPOCH }))
afterEach(() => void vi.useRealTimers())

interface Setting {
  readonly windowMs: number
  readonly everyMs: number
  readonly freshMs: number
  readonly leaseMs: number
  /** When in its window the fault begins. */
  readonly phaseMs: number
  /** How long the agent takes from being asked to the first act, with which the lease begins. */
  readonly dispatchMs: number
}

interface Outcome {
  readonly beganAt: number
  readonly overAt: number
  readonly lastGreenAt: number
}

/** A green signal that falls silent at `silentAfterMs` under the fault; the watch renews a lease that core decides over, until it is over. */
async function play({ windowMs, everyMs, freshMs, leaseMs, phaseMs, dispatchMs }: Setting, silentAfterMs: number): Promise<Outcome> {
  const gate: GateSpec = lagGate({ windowMs, freshMs, minRequests: 0 })
  const plan = { gates: [gate], load: undefined, signals: [], lease: leaseOf(leaseMs) } as unknown as Plan
  let lease: Lease | undefined
  const renew = (newest: number): Promise<void> => {
    const renewal = lease === undefined ? undefined : renewLease(lease, newest, { mono: Date.now(), epoch: Date.now() })
    if (renewal?.ok === true) lease = renewal.lease
    return renewal?.ok === true
      ? Promise.resolve()
      : Promise.reject(new SafechaosError({ code: 'SC_LEASE', message: renewal?.why ?? 'there is no lease yet' }))
  }
  const clock = { now: () => Date.now(), monotonic: () => Date.now(), sleep: () => Promise.resolve() }
  const watch = new GateWatch(plan, { clock, ending: new Ending(() => undefined), tell: () => undefined, renew })
  watch.start()
  const began = Date.now() + 3 * windowMs + phaseMs
  let lastGreenAt = 0
  let armed = false
  for (let sampleAt = Date.now(); ; vi.advanceTimersByTime(STEP_MS)) {
    const now = Date.now()
    if (now >= sampleAt && now < began + silentAfterMs) {
      watch.feed({ kind: 'reading', signal: 'lag', at: now, value: 0 })
      lastGreenAt = now
      sampleAt = now + everyMs
    }
    if (now >= began - dispatchMs && !armed) {
      armed = true
      watch.arm()
    }
    if (lease === undefined && now >= began) {
      lease = grantLease(leaseOf(leaseMs), { mono: now, epoch: now })
    }
    const over = lease !== undefined && leaseIsOver(lease, now)
    if (over || now > began + silentAfterMs + 60_000) {
      watch.stop()
      return { beganAt: began, overAt: over ? now : Infinity, lastGreenAt }
    }
    // The watch hears what became of a renewal.
    await Promise.resolve()
  }
}

const leaseOf = (ms: number): Plan['lease'] => ({ ms, renewEveryMs: Math.min(1000, Math.floor(ms / 3)) })

const setting = fc
  .record({
    windowMs: fc.integer({ min: 250, max: 4000 }),
    everyMs: fc.integer({ min: 100, max: 2000 }),
    freshMs: fc.integer({ min: 500, max: 20_000 }),
    leaseMs: fc.integer({ min: 600, max: 10_000 }),
    phaseMs: fc.integer({ min: 0, max: 4000 }),
    dispatchMs: fc.integer({ min: 0, max: 600 }),
  })
  .filter(({ windowMs, everyMs, freshMs, leaseMs }) => {
    const signals: SignalSpec[] = [{ name: 'lag', from: 'http', url: 'http://a/', everyMs, timeoutMs: 100, unit: 'up' }]
    return gateProblems({ gates: [lagGate({ windowMs, freshMs })], signals, lease: leaseOf(leaseMs) }).length === 0
  })

test('whatever plan is accepted, a fault is off one lease and one renewal after the last green sample, or one lease after it began (I4)', async () => {
  await fc.assert(
    fc.asyncProperty(setting, fc.integer({ min: 0, max: 8000 }), async (one, silentAfterMs) => {
      const { beganAt, overAt, lastGreenAt } = await play(one, silentAfterMs)
      const { ms, renewEveryMs } = leaseOf(one.leaseMs)
      expect(overAt).toBeLessThanOrEqual(Math.max(lastGreenAt + ms + renewEveryMs, beganAt + ms) + 2 * STEP_MS)
    }),
    { numRuns: 200 },
  )
})

test('whatever plan is accepted, a signal that stays green keeps the lease', async () => {
  await fc.assert(
    fc.asyncProperty(setting, async (one) => {
      const { beganAt, overAt } = await play(one, STEADY_MS)
      expect(overAt - beganAt).toBeGreaterThanOrEqual(STEADY_MS)
    }),
    // In the example the first evidence is as old as the grant, and refused.
    { numRuns: 200, examples: [[{ windowMs: 1068, everyMs: 1143, freshMs: 18_529, leaseMs: 2590, phaseMs: 2541, dispatchMs: 14 }]] },
  )
})
