import type { Ask } from '@safechaos/agent'
import type { Body, CheckLine, Wall } from '@safechaos/core'
import { expect, test } from 'vitest'
import type { Desk } from './desk.ts'
import { preflight, wallLines } from './preflight.ts'
import type { Prepared } from './prepare.ts'

const wall = (held: Wall['held']): Wall => ({ wall: `one that is ${held}`, held, detail: 'so it was' })
const passes = (...walls: readonly Wall[]): boolean => wallLines('sandbox', walls).every(({ ok }) => ok)

test('nothing is injected behind a wall that fell, or behind walls of which none was tried', () => {
  expect(passes(wall('held'), wall('not tried'))).toBe(true)
  expect(passes(wall('held'), wall('not held'))).toBe(false)
  expect(passes(wall('not tried'))).toBe(false)
  expect(passes()).toBe(false)
})

test('a containment that promises no walls is not asked for them', () => {
  expect(wallLines('process', [wall('not held')])).toEqual([])
})

const HEALTH = 'every service is well'
const planned = { plan: { containment: 'sandbox', gates: [], signals: [], invariants: [] } } as unknown as Prepared['planned']

/** Why preflight refuses, where no wall was tried and the services are in these states. */
async function refusal(health: boolean, ...states: readonly Extract<Body, { kind: 'service' }>['state'][]): Promise<string> {
  const lines: CheckLine[] = [{ check: HEALTH, ok: health, detail: 'web#1 exited with code 3 (no database)' }]
  const link = { ask: async ({ ask }: Ask) => (ask === 'walls' ? { walls: [wall('not tried')] } : { lines }) }
  const records = states.map((state, at) => ({ at, body: { kind: 'service', service: `web#${at}`, state, detail: '' } }))
  const desk = { link, records, record: () => undefined } as unknown as Desk
  return await preflight(desk, { planned } as Prepared).catch((error: unknown) => (error as Error).message)
}

test('where no service lives, the walls that could therefore not be tried are no second complaint', async () => {
  expect(await refusal(false, 'exited', 'exited')).toBe(`${HEALTH}: web#1 exited with code 3 (no database)`)
  expect(await refusal(false, 'exited', 'up')).toContain('the walls hold: none could be tried')
  expect(await refusal(true, 'exited')).toBe('the walls hold: none could be tried: so it was')
})
