import { type EndCause, type GateSpec, type Plan, SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { lagGate } from '../../../core/src/testing/gate-samples.ts'
import { Ending } from './ending.ts'
import { GateWatch } from './gate-watch.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** A watch over one green signal, armed, whose renewals are counted and answered by `answer`. */
function watching(answer: () => Promise<void>) {
  const gate: GateSpec = lagGate({ windowMs: 250, freshMs: 3000, minRequests: 0 })
  const plan = { gates: [gate], load: undefined, signals: [], lease: { ms: 3000, renewEveryMs: 1000 } } as unknown as Plan
  const causes: EndCause[] = []
  const ending = new Ending((cause) => causes.push(cause))
  const renewals: number[] = []
  const clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep: () => Promise.resolve() }
  const renew = (newest: number): Promise<void> => {
    renewals.push(newest)
    return answer()
  }
  const watch = new GateWatch(plan, { clock, ending, tell: () => undefined, renew })
  watch.start()
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 50) {
      watch.feed({ kind: 'reading', signal: 'lag', at: Date.now(), value: 0 })
      await vi.advanceTimersByTimeAsync(50)
    }
  }
  return { watch, ending, causes, renewals, pass }
}

test('a renewal that is refused because the run has ended is no cause by itself', async () => {
  const { watch, causes, renewals, pass } = watching(() => Promise.reject(new SafechaosError({ code: 'SC_ENDED', message: 'the run was stopped' })))
  await pass(1000)
  watch.arm()
  await pass(2500)
  expect(renewals.length).toBeGreaterThan(0)
  expect(causes).toEqual([])
  watch.stop()
})

test('nor is one that is refused for its evidence: it is tried again with the next, and the agent says when the lease is over', async () => {
  const { watch, causes, renewals, pass } = watching(() => Promise.reject(new SafechaosError({ code: 'SC_LEASE', message: 'it does not advance' })))
  await pass(1000)
  watch.arm()
  await pass(2500)
  expect(causes).toEqual([])
  expect(renewals.length).toBeGreaterThan(2)
  expect(new Set(renewals).size, 'each with newer evidence').toBe(renewals.length)
  watch.stop()
})

test('a renewal that nobody answers is a lost lease', async () => {
  const { watch, causes, renewals, pass } = watching(() => Promise.reject(new SafechaosError({ code: 'SC_AGENT', message: 'no answer' })))
  await pass(1000)
  watch.arm()
  await pass(3500)
  expect(causes, 'once: after it nothing is renewed').toEqual(['lease-lost'])
  expect(renewals).toHaveLength(1)
  watch.stop()
})

test('nothing is renewed after the first cause to end', async () => {
  const { watch, ending, renewals, pass } = watching(() => Promise.resolve())
  await pass(1000)
  watch.arm()
  await pass(1500)
  expect(renewals).toHaveLength(1)
  ending.because('operator', 'a person')
  await pass(3000)
  await watch.proveGreenSince(Date.now())
  expect(renewals).toHaveLength(1)
  watch.stop()
})

test('a green is proven before the next stage, unless it was proven before', async () => {
  const { watch, renewals, pass } = watching(() => Promise.resolve())
  await pass(1000)
  watch.arm()
  await pass(500)
  const injectedAt = Date.now()
  await pass(400)
  await watch.proveGreenSince(injectedAt)
  await watch.proveGreenSince(injectedAt)
  expect(renewals).toHaveLength(1)
  expect(renewals[0]).toBeGreaterThan(injectedAt)
  watch.stop()
})
