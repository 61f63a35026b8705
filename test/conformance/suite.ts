import { existsSync, readdirSync } from 'node:fs'
import type { Containment } from '@safechaos/containments'
import type { Look, Step } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

const WORKER = member('worker#1')
const KILL: Step = { do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: 1000 }
const PAUSE: Step = { do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: 1000 }
const GO_ON: Step = { do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 }
const RESTORE: Step = { do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 3000 }
const HOLD: Step = { do: 'hold', in: 'target', tool: 'prlimit', args: ['--cpu=5', '--', 'sha256sum', '/dev/zero'], deadlineMs: 1000 }
const RELEASE: Step = { do: 'release', in: 'target', deadlineMs: 1000 }
const ENDED: Look = { look: 'process', in: 'target', expect: 'ended', deadlineMs: 1000 }
const STOPPED: Look = { look: 'process', in: 'target', expect: 'stopped', deadlineMs: 1000 }
const NOT_STOPPED: Look = { look: 'process', in: 'target', expect: 'not-stopped', deadlineMs: 1000 }
const AS_DESIRED: Look = { look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: 1000 }
const NFT: Step = { do: 'exec', in: 'network', tool: 'nft', args: ['list', 'tables'], deadlineMs: 1000 }

const sees = async (rig: Rig, act: string, look: Look): Promise<string> => (await rig.enclosure.look(act, WORKER, look)).seen
const stateOfWorker = async (rig: Rig): Promise<string | undefined> => (await rig.enclosure.members()).find(({ id }) => id === 'worker#1')?.state

/** What every containment promises; the model keeps the same promises. */
export function conformance(containment: Pick<Containment, 'name' | 'offers' | 'launch'>, name: string = containment.name): void {
  const offers = (need: Containment['offers'][number]): boolean => containment.offers.includes(need)

  describe(`${name}: opening and closing`, () => {
    test('starts every replica with an address of its own, and knows their facts', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('api'), service('worker', { replicas: 2, dependsOn: [{ service: 'api', until: 'started' }] })))
      const members = await rig.enclosure.members()
      expect(members.map(({ id, state }) => `${id} ${state}`)).toEqual(['api#1 up', 'worker#1 up', 'worker#2 up'])
      expect(new Set(members.map(({ address }) => address)).size).toBe(3)
      expect(members.every(({ commandLines }) => commandLines.some(({ commandLine }) => commandLine === 'sleep 1000'))).toBe(true)
      const facts = rig.enclosure.facts({ id: 'api#1~worker#2', members: ['api#1', 'worker#2'] })
      expect(facts).toEqual({ service: 'api#1', address: members[0]?.address, peerAddress: members[2]?.address })
    })

    test('close may be called twice, and leaves no folder', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      await Promise.all([rig.enclosure.close(), rig.enclosure.close()])
      await rig.enclosure.close()
      expect(existsSync(rig.workDir)).toBe(false)
      expect(rig.events.filter(({ event }) => event === 'ended')).toEqual([])
    })

    test('closes before anything was started', async () => {
      await using rig = await openRig(containment)
      await rig.enclosure.close()
      expect(existsSync(rig.workDir)).toBe(false)
    })

    test('says which service did not start', async () => {
      await using rig = await openRig(containment)
      const broken = service('worker', { command: ['false'] })
      await expect(rig.start(stackOf(broken))).rejects.toMatchObject({ code: 'SC_STACK', message: expect.stringContaining('worker#1') })
    })
  })

  describe(`${name}: steps and looks`, () => {
    test('a killed service without a policy stays down until the undo, which may be repeated', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      await rig.enclosure.arm('a', WORKER, [RESTORE])
      expect(await sees(rig, 'a', { ...ENDED, deadlineMs: 50 })).toBe('no')
      expect(await rig.enclosure.run('a', WORKER, KILL)).toMatchObject({ ok: true })
      expect(await sees(rig, 'a', ENDED)).toBe('yes')
      expect(await sees(rig, 'a', { ...AS_DESIRED, deadlineMs: 50 })).toBe('no')
      expect((await rig.enclosure.residue()).found).toMatchObject([{ key: 'services' }])
      for (let time = 0; time < 2; time += 1) {
        expect(await rig.enclosure.run('a', WORKER, RESTORE)).toMatchObject({ ok: true })
        expect(await sees(rig, 'a', AS_DESIRED)).toBe('yes')
      }
      await rig.enclosure.disarm('a')
      expect(await stateOfWorker(rig)).toBe('up')
      expect((await rig.enclosure.residue()).found).toEqual([])
    })

    test('the undo of a kill that never happened changes nothing', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      const before = await rig.enclosure.members()
      expect(await rig.enclosure.run('a', WORKER, RESTORE)).toMatchObject({ ok: true })
      expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
      expect(await rig.enclosure.members()).toEqual(before)
    })

    test('a killed service comes back by its policy, with its restarts counted', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker', { restart: 'on-failure' })))
      expect(await rig.enclosure.run('a', WORKER, KILL)).toMatchObject({ ok: true })
      const isBack = async (): Promise<boolean> => (await rig.enclosure.members()).some(({ restarts, state }) => restarts === 1 && state === 'up')
      expect(await eventually(isBack)).toBe(true)
      expect(await sees(rig, 'a', AS_DESIRED)).toBe('yes')
    })

    test('a kill of what does not run is a failure, not a success', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      await rig.enclosure.run('a', WORKER, KILL)
      await rig.enclosure.look('a', WORKER, ENDED)
      expect(await rig.enclosure.run('b', WORKER, KILL)).toMatchObject({ ok: false, code: 'SC_STEP' })
      expect(await sees(rig, 'b', { ...ENDED, deadlineMs: 50 })).toBe('no')
    })

    test('a pause is seen, undone, and undone again', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
      expect(await sees(rig, 'a', STOPPED)).toBe('yes')
      expect((await rig.enclosure.residue()).found).toMatchObject([{ key: 'process-state' }])
      for (let time = 0; time < 2; time += 1) {
        expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
        expect(await sees(rig, 'a', NOT_STOPPED)).toBe('yes')
      }
      expect((await rig.enclosure.residue()).found).toEqual([])
    })

    test('once its undo has begun nothing else of an act is executed', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      await rig.enclosure.arm('a', WORKER, [GO_ON])
      expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
      for (let time = 0; time < 2; time += 1) expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
      expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: false, code: 'SC_STEP' })
      expect(await sees(rig, 'a', NOT_STOPPED)).toBe('yes')
    })

    test('a service that dies and restarts by itself during a pause is undone and leaves nothing (case 23)', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker', { restart: 'always' })))
      await rig.enclosure.run('a', WORKER, PAUSE)
      await rig.enclosure.run('outside', WORKER, KILL)
      expect(await eventually(async () => (await rig.enclosure.members()).some(({ restarts, state }) => restarts === 1 && state === 'up'))).toBe(true)
      expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
      expect(await sees(rig, 'a', NOT_STOPPED)).toBe('yes')
      expect((await rig.enclosure.residue()).found).toEqual([])
    })

    test('services stop, start and restart, and restore gives back what was wanted first', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker', { restart: 'always' })))
      const ask = (action: 'stop' | 'start' | 'restart' | 'restore') => rig.enclosure.run('a', WORKER, { ...RESTORE, action } as Step)
      expect(await ask('stop')).toMatchObject({ ok: true })
      expect(await sees(rig, 'a', { ...AS_DESIRED, deadlineMs: 50 })).toBe('no')
      expect(await ask('start')).toMatchObject({ ok: true })
      expect(await stateOfWorker(rig)).toBe('up')
      expect(await ask('restart')).toMatchObject({ ok: true })
      expect(await ask('stop')).toMatchObject({ ok: true })
      expect(await ask('restore')).toMatchObject({ ok: true })
      expect(await sees(rig, 'a', AS_DESIRED)).toBe('yes')
    })

    if (offers('hold'))
      test('a held child is seen alive, and its end is the undo', async () => {
        await using rig = await openRig(containment)
        await rig.start(stackOf(service('worker')))
        expect(await rig.enclosure.run('a', WORKER, HOLD)).toMatchObject({ ok: true })
        expect(await sees(rig, 'a', { look: 'held', in: 'target', expect: 'alive', deadlineMs: 500 })).toBe('yes')
        expect((await rig.enclosure.residue()).found).toMatchObject([{ key: 'held' }])
        for (let time = 0; time < 2; time += 1) expect(await rig.enclosure.run('a', WORKER, RELEASE)).toMatchObject({ ok: true })
        expect(await sees(rig, 'a', { look: 'held', in: 'target', expect: 'none', deadlineMs: 500 })).toBe('yes')
        expect((await rig.enclosure.residue()).found).toEqual([])
      })

    if (offers('nft'))
      test('a rule in the network is seen as residue until it is gone', async () => {
        await using rig = await openRig(containment)
        await rig.start(stackOf(service('worker')))
        const nft = (...args: string[]) => rig.enclosure.run('a', WORKER, { ...NFT, args } as Step)
        await rig.enclosure.arm('a', WORKER, [{ ...NFT, args: ['delete', 'table', 'inet', 'sc_test'] } as Step])
        expect(await nft('add', 'table', 'inet', 'sc_test')).toMatchObject({ ok: true })
        const look = { look: 'exec', in: 'network', tool: 'nft', args: ['list', 'tables'], pattern: 'sc_test', deadlineMs: 1000 } as const
        expect(await sees(rig, 'a', { ...look, expect: 'matches' })).toBe('yes')
        expect(new Set((await rig.enclosure.residue()).found.map(({ key }) => key))).toEqual(new Set(['nft']))
        expect(await nft('delete', 'table', 'inet', 'sc_test')).toMatchObject({ ok: true })
        expect(await sees(rig, 'a', { ...look, expect: 'lacks' })).toBe('yes')
        expect((await rig.enclosure.residue()).found).toEqual([])
        expect(await nft('no-such-command')).toMatchObject({ ok: false, code: 'SC_STEP' })
      })

    if (!offers('nft'))
      test('what it does not reach it refuses with a reason', async () => {
        await using rig = await openRig(containment)
        await rig.start(stackOf(service('worker')))
        for (const step of [NFT, HOLD]) {
          const result = await rig.enclosure.run('a', WORKER, step)
          expect(result).toMatchObject({ ok: false, code: 'SC_UNREACHABLE' })
          expect(result.detail.length).toBeGreaterThan(10)
        }
        const look = { look: 'exec', in: 'network', tool: 'nft', args: ['list', 'tables'], expect: 'lacks', pattern: 'x', deadlineMs: 100 } as const
        expect(await sees(rig, 'a', look)).toBe('unknown')
      })

    test('a step in the place of the agent is refused', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      const result = await rig.enclosure.run('a', WORKER, { do: 'exec', in: 'agent', tool: 'true', args: [], deadlineMs: 500 })
      expect(result).toMatchObject({ ok: false, code: 'SC_UNREACHABLE' })
    })

    test('a target that does not exist is never a success', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      expect(await rig.enclosure.run('a', member('nobody#1'), KILL)).toMatchObject({ ok: false })
      expect(await rig.enclosure.look('a', member('nobody#1'), NOT_STOPPED)).toMatchObject({ seen: 'unknown' })
    })
  })

  describe(`${name}: the second supervisor`, () => {
    test('undoes what is armed when it hears nothing, says so, and lets nothing but that undo act afterwards', async () => {
      await using rig = await openRig(containment, { deafAfterMs: 250 })
      await rig.start(stackOf(service('worker')))
      await rig.enclosure.arm('a', WORKER, [GO_ON])
      await rig.enclosure.run('a', WORKER, PAUSE)
      expect(await sees(rig, 'a', STOPPED)).toBe('yes')
      expect(await eventually(() => rig.events.some((event) => event.event === 'self-undone' && event.acts.includes('a')))).toBe(true)
      expect(await sees(rig, 'a', NOT_STOPPED)).toBe('yes')
      expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: false, code: 'SC_STEP' })
      expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
    })

    test('leaves armed acts alone as long as it hears beats', async () => {
      await using rig = await openRig(containment, { deafAfterMs: 300 })
      await rig.start(stackOf(service('worker')))
      await rig.enclosure.arm('a', WORKER, [GO_ON])
      await rig.enclosure.run('a', WORKER, PAUSE)
      const beats = setInterval(() => rig.enclosure.beat(), 50)
      await new Promise((done) => setTimeout(done, 700))
      clearInterval(beats)
      expect(await sees(rig, 'a', STOPPED)).toBe('yes')
      expect(rig.events.filter(({ event }) => event === 'self-undone')).toEqual([])
    })
  })

  test(`${name}: snapshot and restore come back with every service running, and the lab is not written`, async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker'), service('api')))
    expect(await rig.enclosure.snapshot()).not.toBe('')
    expect(await rig.enclosure.restore()).not.toBe('')
    expect((await rig.enclosure.members()).map(({ state }) => state)).toEqual(['up', 'up'])
    expect(readdirSync(rig.stackDir)).toEqual([])
  })
}
