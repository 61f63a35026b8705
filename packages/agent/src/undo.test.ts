import type { Enclosure, StepResult } from '@safechaos/containments'
import type { Acts, Seen, Step } from '@safechaos/core'
import { expect, test } from 'vitest'
import { type Act, type Doing, makeAct, occupy } from './act.ts'
import { undo, undoAll } from './undo.ts'

const step = (deadlineMs: number): Step => ({ do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs })
const steps = (deadlineMs: number): Acts => ({
  inject: [],
  undo: [step(deadlineMs)],
  verify: [{ look: 'process', in: 'target', expect: 'not-stopped', deadlineMs }],
  landed: [],
  holderDeath: 'persists',
  selfExpires: false,
  onRestart: 'ends',
})
const actOf = (number: number, deadlineMs = 50): Act => ({
  ...makeAct(number, `a${number}`, 1, { id: 'worker#1', members: ['worker#1'] }, steps(deadlineMs)),
  touched: true,
  injected: true,
})

/** Every look sees that it is gone; a step is whatever `run` says. */
function doingWith(run: (act: string) => Promise<StepResult>): Doing & { readonly began: Map<string, number> } {
  const began = new Map<string, number>()
  const enclosure: Partial<Enclosure> = {
    run: (act) => {
      if (!began.has(act)) began.set(act, performance.now())
      return run(act)
    },
    look: async (): Promise<Seen> => ({ seen: 'yes', detail: 'gone' }),
    disarm: async () => undefined,
  }
  return {
    began,
    enclosure: enclosure as Enclosure,
    chain: { append: async () => true } as unknown as Doing['chain'],
    records: undefined as never,
    clock: { now: () => 0, monotonic: () => 0 },
    stopped: () => true,
    gone: () => undefined,
    backOffMs: [0, 0],
    owed: undefined as never,
  }
}
const done = async (): Promise<StepResult> => ({ ok: true, detail: '' })
const never = (): Promise<StepResult> => new Promise(() => undefined)

test('the undo of an older act does not wait for a stuck one, and does wait for one that works', async () => {
  const doing = doingWith((act) => (act === 'a3' ? never() : done()))
  const began = performance.now()
  const ends = await undoAll(doing, [actOf(1), actOf(2)])
  expect(ends.map(({ act, end }) => `${act.id} ${end}`)).toEqual(['a2 verified', 'a1 verified'])
  expect(doing.began.get('a2')).toBeLessThanOrEqual(doing.began.get('a1') ?? 0)
  void undoAll(doing, [actOf(4), actOf(3, 8000)])
  await expect.poll(() => doing.began.has('a4'), { timeout: 3000 }).toBe(true)
  expect(performance.now() - began).toBeLessThan(3000)
})

test('what is seen to be gone while a step of it still runs is not verified', async () => {
  const doing = doingWith(done)
  const act = actOf(1)
  occupy(act, never())
  const began = performance.now()
  expect(await undo(doing, act)).toBe('stuck')
  expect(performance.now() - began, 'and nobody waits for ever').toBeLessThan(4000)
})

test('a step that ends by its undo is waited for', async () => {
  const ended = Promise.withResolvers<void>()
  const doing = doingWith(async () => {
    setTimeout(ended.resolve, 300)
    return { ok: true, detail: '' }
  })
  const act = actOf(1)
  occupy(act, ended.promise)
  expect(await undo(doing, act)).toBe('verified')
  expect(act.busy).toBe(false)
})
