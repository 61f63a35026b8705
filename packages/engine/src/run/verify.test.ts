import type { Ask } from '@safechaos/agent'
import { type Body, type GateState, type Plan, type Reading, SafechaosError } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import type { Desk } from './desk.ts'
import { Ending } from './ending.ts'
import type { GateWatch } from './gate-watch.ts'
import { verify } from './verify.ts'

const HOUR_MS = 3_600_000
const RECOVERY_MS = 10_000
const balanced = { name: 'balanced', get: 'http://api/sum', expectStatus: 200, withinMs: 5000 }

/** A clock that goes on only when somebody sleeps, and that may be set then. */
class HandClock implements Clock {
  epoch = 1_800_000_000_000
  slept = 0
  onSleep = (_times: number): void => undefined
  #sleeps = 0
  now = (): number => this.epoch
  monotonic = (): number => this.slept
  sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted === true) return
    this.slept += ms
    this.epoch += ms
    this.#sleeps += 1
    this.onSleep(this.#sleeps)
    if (this.slept > 10 * RECOVERY_MS) throw new Error('it waits for ever')
  }
}

/** What verify finds: the gate's state and the invariant's answer at every look. */
function world(look: {
  readonly gate: (clock: HandClock) => Partial<GateState>
  readonly answer?: (clock: HandClock) => Partial<Reading>
  readonly changed?: readonly string[]
  readonly refusal?: SafechaosError
  readonly refused?: Ask['ask']
}) {
  const clock = new HandClock()
  const recorded: Body[] = []
  const asked: string[] = []
  const ending = new Ending(() => undefined)
  ending.because('completed', '')
  const answers: Partial<Record<Ask['ask'], object>> = {
    residue: { residue: { found: [], notSeen: [], looked: [] } },
    files: { changed: look.changed ?? [] },
    restore: { detail: 'as it was' },
  }
  const desk = {
    clock,
    ending,
    records: [{ body: { kind: 'ramp' } }, { body: { kind: 'opened' } }],
    record: (body: Body) => recorded.push(body),
    link: {
      ask: async ({ ask }: Ask) => {
        asked.push(ask)
        if (ask === (look.refused ?? 'residue') && look.refusal !== undefined) throw look.refusal
        return answers[ask]
      },
    },
  } as unknown as Desk
  const watch = {
    get states() {
      return [{ gate: 'errors', nearing: false, ...look.gate(clock) }]
    },
    stop: () => undefined,
    reading: () => (look.answer === undefined ? undefined : { kind: 'reading', signal: '', ...look.answer(clock) }),
  } as unknown as GateWatch
  const plan = { gates: [{ name: 'errors' }], recoveryMs: RECOVERY_MS, invariants: look.answer === undefined ? [] : [balanced] } as unknown as Plan
  return { clock, recorded, asked, ending, verify: () => verify(desk, plan, watch) }
}
const recovered = (bodies: readonly Body[]) => bodies.filter(({ kind }) => kind === 'recovered')
const invariants = (bodies: readonly Body[]) => bodies.filter(({ kind }) => kind === 'invariant')
const unknown = (): Partial<GateState> => ({ state: 'UNKNOWN', newest: undefined })

describe('waiting for recovery', () => {
  test.each([-HOUR_MS, HOUR_MS])('is bounded by its time and sees the recovery when the clock is set by %d ms meanwhile', async (by) => {
    const green = world({ gate: (clock) => (clock.slept < 2000 ? unknown() : { state: 'OK', newest: clock.epoch - 50 }) })
    green.clock.onSleep = (times) => {
      if (times === 5) green.clock.epoch += by
    }
    await green.verify()
    expect(recovered(green.recorded)).toMatchObject([{ afterMs: 1950 }])
    const red = world({ gate: unknown })
    red.clock.onSleep = (times) => {
      if (times === 5) red.clock.epoch += by
    }
    await red.verify()
    expect(red.clock.slept).toBe(RECOVERY_MS)
    expect(recovered(red.recorded)).toMatchObject([{ afterMs: undefined }])
  })

  test('takes no green for a recovery that was sampled before the revert, whatever the clock says now', async () => {
    const stale = 1_800_000_000_000 - 50
    const old = world({ gate: () => ({ state: 'OK', newest: stale }) })
    old.clock.onSleep = (times) => {
      if (times === 5) old.clock.epoch -= HOUR_MS
    }
    await old.verify()
    expect(recovered(old.recorded)).toMatchObject([{ afterMs: undefined }])
  })

  test('ends at once when a person stops the run during it, and then says neither that it recovered nor that it did not', async () => {
    const red = world({ gate: unknown, answer: () => ({ at: 0, value: 0 }) })
    red.clock.onSleep = (times) => {
      if (times === 3) red.ending.because('operator', 'stopped by a person')
    }
    expect(await red.verify()).toMatch(/^a person cut the waiting short; /)
    expect(red.clock.slept).toBe(300)
    expect([...recovered(red.recorded), ...invariants(red.recorded)]).toEqual([])
    expect(red.asked).toEqual(['residue', 'files'])
  })

  test('goes on when a person had stopped the run before: what must be seen is seen', async () => {
    const green = world({ gate: (clock) => ({ state: 'OK', newest: clock.epoch - 50 }) })
    green.ending.because('operator', 'stopped by a person')
    expect(await green.verify()).toBe('nothing of the run is left inside')
    expect(recovered(green.recorded)).toMatchObject([{ afterMs: 50 }])
  })
})

describe('an invariant', () => {
  test('whose snapshot cannot be brought back leaves that in the ledger', async () => {
    const broken = world({
      gate: (clock) => ({ state: 'OK', newest: clock.epoch }),
      answer: (clock) => ({ at: clock.epoch, value: 0 }),
      refusal: new SafechaosError({ code: 'SC_CONTAINMENT', message: 'no room' }),
      refused: 'restore',
    })
    await expect(broken.verify()).rejects.toThrow('no room')
    expect(broken.recorded.at(-1)).toEqual({ kind: 'snapshot', what: 'failed', detail: 'no room' })
  })

  test.each([-HOUR_MS, 0, HOUR_MS])(
    'is waited for within its time, and twice if the snapshot is brought back, with the clock set by %d ms',
    async (by) => {
      const broken = world({
        gate: (clock) => ({ state: 'OK', newest: clock.epoch }),
        answer: (clock) => ({ at: clock.epoch, value: 0, detail: 'it answered 500' }),
      })
      broken.clock.onSleep = (times) => {
        if (times === 10) broken.clock.epoch += by
      }
      await broken.verify()
      expect(broken.clock.slept).toBeLessThanOrEqual(2 * balanced.withinMs + 500)
      expect(invariants(broken.recorded)).toMatchObject([
        { held: false, detail: expect.stringContaining('it answered 500') as string },
        { held: false },
      ])
    },
  )

  test('holds by an answer that came after the revert', async () => {
    const held = world({ gate: (clock) => ({ state: 'OK', newest: clock.epoch }), answer: (clock) => ({ at: clock.epoch - 20, value: 1 }) })
    await held.verify()
    expect(invariants(held.recorded)).toMatchObject([{ held: true }])
  })
})

test('files that changed during the run are recorded, the first twenty by name', async () => {
  const few = world({ gate: unknown, changed: ['shared/app.js'] })
  await few.verify()
  expect(few.recorded).toContainEqual({ kind: 'files', changed: ['shared/app.js'] })
  const many = world({ gate: unknown, changed: Array.from({ length: 25 }, (_, index) => `f${index}`) })
  await many.verify()
  const [body] = many.recorded.filter(({ kind }) => kind === 'files')
  expect(body).toMatchObject({ changed: expect.arrayContaining(['f19', 'and 5 more']) as string[] })
})

test('an agent that is closing already does not look inside: that is said, nothing is found, and the files are looked at', async () => {
  const closing = world({ gate: unknown, refusal: new SafechaosError({ code: 'SC_ENDED', message: 'the enclosure is being closed' }) })
  const told = 'what is left inside: it was not looked at, since the enclosure is being closed'
  expect(await closing.verify()).toBe(told)
  expect(closing.recorded).toContainEqual({ kind: 'residue', when: 'before-close', residue: { found: [], notSeen: [told], looked: [] } })
  expect(closing.asked).toEqual(['residue', 'files'])
  const dead = world({ gate: unknown, refusal: new SafechaosError({ code: 'SC_AGENT', message: 'the agent is gone' }) })
  await expect(dead.verify()).rejects.toMatchObject({ code: 'SC_AGENT' })
})
