import { CONTAINMENTS } from '@safechaos/containments'
import type { Step } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

const WORKER = member('worker#1')
const RESTORE: Step = { do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 3000 }
const GO_ON: Step = { do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 }
const AS_DESIRED = { look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: 2000 } as const
const GRACE_MS = 2500
const kill = (signal: 'SIGTERM' | 'SIGHUP', graceMs?: number): Step => ({
  do: 'signal',
  in: 'target',
  signal,
  ...(graceMs === undefined ? {} : { then: { signal: 'SIGKILL', afterMs: graceMs } as const }),
  deadlineMs: 1000 + (graceMs ?? 0),
})
const trapping = (trap: string) => service('worker', { command: ['sh', '-c', `trap '${trap}' TERM HUP; while :; do sleep 0.05; done`] })
const IGNORES = trapping('')
const TAKES_LONG = trapping('sleep 2.5; exit')

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
const pidOf = async (rig: Rig): Promise<number | undefined> =>
  (await rig.enclosure.members()).find(({ id, state }) => id === 'worker#1' && state === 'up')?.pid

describe.each(CONTAINMENTS.map((containment) => [containment.name, containment] as const))('an undo in mid-act, in %s', (_, containment) => {
  /** A worker with an armed undo, long enough up for its trap to be set. */
  const open = async (worker: typeof IGNORES, undo: readonly Step[] = [RESTORE], deafAfterMs = 30_000): Promise<Rig> => {
    const rig = await openRig(containment, { deafAfterMs })
    await rig.start(stackOf(worker))
    await rig.enclosure.arm('a', WORKER, undo)
    await sleep(300)
    return rig
  }

  test('nothing of an act happens after its undo began: no second signal comes', async () => {
    await using rig = await open(IGNORES)
    const pid = await pidOf(rig)
    const injecting = rig.enclosure.run('a', WORKER, kill('SIGTERM', GRACE_MS))
    await sleep(300)
    const began = performance.now()
    expect(await rig.enclosure.run('a', WORKER, RESTORE)).toMatchObject({ ok: true })
    expect(await injecting, 'it says that it was not done').toMatchObject({ ok: false, detail: expect.stringContaining('undo') })
    expect(await rig.enclosure.look('a', WORKER, AS_DESIRED)).toMatchObject({ seen: 'yes' })
    expect(performance.now() - began, 'nobody waits for the grace').toBeLessThan(1500)
    await sleep(GRACE_MS)
    expect(await pidOf(rig), 'the very process that ignored the first signal').toBe(pid)
    expect(await rig.enclosure.run('a', WORKER, kill('SIGTERM')), 'and no other step of it').toMatchObject({ ok: false, code: 'SC_STEP' })
  })

  test('a service that is about to end is not called back before it is', async () => {
    const dies = async (signal: 'SIGTERM' | 'SIGHUP'): Promise<void> => {
      await using rig = await open(TAKES_LONG)
      const before = await pidOf(rig)
      await rig.enclosure.run('a', WORKER, kill(signal))
      await sleep(300)
      expect(await rig.enclosure.look('a', WORKER, { ...AS_DESIRED, deadlineMs: 50 }), 'it is still dying').toMatchObject({ seen: 'no' })
      expect(await rig.enclosure.run('a', WORKER, RESTORE)).toMatchObject({ ok: true })
      expect(await rig.enclosure.look('a', WORKER, AS_DESIRED)).toMatchObject({ seen: 'yes' })
      const after = await pidOf(rig)
      expect(after).not.toBe(before)
      await sleep(3000)
      expect(await pidOf(rig), 'it stays').toBe(after)
      expect((await rig.enclosure.residue()).found).toEqual([])
    }
    await Promise.all([dies('SIGTERM'), dies('SIGHUP')])
  }, 60_000)

  test('the enclosure that undoes it alone ends what still runs of it, too', async () => {
    await using rig = await open(IGNORES, [RESTORE], 700)
    const pid = await pidOf(rig)
    const injecting = rig.enclosure.run('a', WORKER, kill('SIGTERM', GRACE_MS))
    const began = performance.now()
    expect(await eventually(() => rig.events.some(({ event }) => event === 'self-undone'))).toBe(true)
    expect(await injecting).toMatchObject({ ok: false })
    expect(performance.now() - began).toBeLessThan(GRACE_MS)
    await sleep(GRACE_MS)
    expect(await pidOf(rig)).toBe(pid)
  })

  test('a step that ran into its deadline does nothing later', async () => {
    await using rig = await open(IGNORES, [GO_ON])
    const pid = await pidOf(rig)
    expect(await rig.enclosure.run('a', WORKER, { ...kill('SIGTERM', 800), deadlineMs: 300 } as Step)).toMatchObject({ ok: false })
    await sleep(1000)
    expect(await pidOf(rig)).toBe(pid)
  })
})
