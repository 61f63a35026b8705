import type { Ask } from '@safechaos/agent'
import type { Plan } from '@safechaos/core'
import { expect, test } from 'vitest'
import type { Desk } from './desk.ts'
import { Ending } from './ending.ts'
import type { GateWatch } from './gate-watch.ts'
import { ramp } from './ramp.ts'

test('a ramp of one stage says so in the words of one', async () => {
  const told: string[] = []
  const desk = {
    ending: new Ending((_, detail) => void told.push(detail)),
    clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
    link: { ask: async ({ ask }: Ask) => (ask === 'landed' ? { seen: { seen: 'yes', detail: '' } } : { acts: [] }) },
    ports: { hooks: {} },
    records: [],
    record: () => undefined,
    note: () => undefined,
  } as unknown as Desk
  const watch = { arm: () => undefined, proveGreenSince: () => Promise.resolve(), states: [] } as unknown as GateWatch
  const plan = { stages: [{ number: 1, targets: 1, holdMs: 0, acts: [] }], targets: [], gates: [], lease: { ms: 3000 } } as unknown as Plan
  expect(await ramp(desk, plan, watch)).toBe('1 of 1 stage held')
  expect(told).toEqual(['1 stage held, and every gate stayed green'])
})
