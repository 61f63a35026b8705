import { type GateState, type LoadSlice, type Plan, SafechaosError } from '@safechaos/core'
import { expect, test } from 'vitest'
import { baseline } from './baseline.ts'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

const red = { gate: 'errorRatio', state: 'BREACH', reason: undefined, detail: '2 of the last 2 windows were beyond it' } as unknown as GateState

/** Why a system is refused whose load meets this. */
async function refusal(failing: LoadSlice['failed']): Promise<unknown> {
  let now = 0
  const clock = { now: () => now, monotonic: () => now, sleep: async (ms: number) => void (now += ms) }
  const plan = { baselineMs: 1000, gates: [{}], load: { url: 'http://web:8081/' } } as unknown as Plan
  const watch = { start: () => undefined, greenSince: () => false, states: [red], failing } as unknown as GateWatch
  return await baseline({ clock, ending: {} } as unknown as Desk, plan, watch).catch((error: unknown) => error)
}

test('a system that is not green before the fault is told with what its requests end, and where they go', async () => {
  expect(await refusal({ refused: 5 })).toEqual(
    new SafechaosError({
      code: 'SC_PREFLIGHT',
      message:
        'not green before anything was broken: errorRatio is BREACH: 2 of the last 2 windows were beyond it; requests to http://web:8081/ end with refused',
    }),
  )
  expect((await refusal({})) as Error).toMatchObject({ message: expect.stringMatching(/beyond it$/) as string })
})
