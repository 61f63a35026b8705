import { CONTAINMENTS } from '@safechaos/containments'
import type { Look, Seen, Step } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

const WORKER = member('worker#1')
/** A service that keeps a helper of its own stopped, as a pool of spare workers does. */
const HELPED = service('worker', { command: ['sh', '-c', 'sleep 4711 & kill -STOP $!; echo ready; wait'] })
const GO_ON: Step = { do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 }
const NOBODY_STOPPED: Look = { look: 'process', in: 'target', expect: 'not-stopped', deadlineMs: 1000 }
const PAUSE: Step = { do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: 1000 }

const said = (rig: Rig, line: string): Promise<boolean> => eventually(() => rig.events.some((event) => event.event === 'log' && event.line === line))
const isReady = (rig: Rig): Promise<boolean> => said(rig, 'ready')

describe.each(CONTAINMENTS)('a process that its own service has stopped, in $name', (containment) => {
  test('is no residue: it was stopped before the first act (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(HELPED, service('other')))
    expect(await isReady(rig)).toBe(true)
    await rig.enclosure.arm('a', member('other#1'), [])
    expect((await rig.enclosure.residue()).found).toEqual([])
  })

  test('does not hide one that an act has stopped (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(HELPED))
    expect(await isReady(rig)).toBe(true)
    await rig.enclosure.arm('a', WORKER, [])
    expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
    const { found } = await rig.enclosure.residue()
    expect(found).toMatchObject([{ key: 'process-state', what: expect.stringMatching(/^worker#1: stopped processes \d+$/) }])
  })

  test('stays stopped when a pause is taken back, and nothing else does (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(HELPED))
    expect(await isReady(rig)).toBe(true)
    const stopped = (): Promise<Seen> => rig.enclosure.look('a', WORKER, { look: 'process', in: 'target', expect: 'stopped', deadlineMs: 200 })
    await rig.enclosure.arm('a', WORKER, [GO_ON])
    expect((await stopped()).detail).toBe('1 of 2 processes are stopped')
    expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
    expect((await stopped()).detail).toBe('2 of 2 processes are stopped')
    expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
    expect(await rig.enclosure.look('a', WORKER, NOBODY_STOPPED)).toMatchObject({ seen: 'yes' })
    expect((await stopped()).detail).toBe('1 of 2 processes are stopped')
    expect((await rig.enclosure.residue()).found).toEqual([])
  })

  test('stays stopped when a pause is taken back, also if that was after the first act (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker', { command: ['sh', '-c', 'sleep 4711 & echo ready; sleep 1; kill -STOP $!; echo late; wait'] })))
    expect(await isReady(rig)).toBe(true)
    await rig.enclosure.arm('a', WORKER, [GO_ON])
    expect(await said(rig, 'late')).toBe(true)
    expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
    expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
    expect(await rig.enclosure.look('a', WORKER, NOBODY_STOPPED)).toMatchObject({ seen: 'yes' })
    const look: Look = { look: 'process', in: 'target', expect: 'stopped', deadlineMs: 200 }
    expect((await rig.enclosure.look('a', WORKER, look)).detail).toBe('1 of 2 processes are stopped')
    expect((await rig.enclosure.residue()).found).toEqual([])
  })

  test('of a service that stops it at every start is no residue after a kill (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker', { command: HELPED.command, restart: 'always' })))
    expect(await isReady(rig)).toBe(true)
    const restore: Step = { do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 2000 }
    await rig.enclosure.arm('a', WORKER, [restore])
    expect(await rig.enclosure.run('a', WORKER, { do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: 1000 })).toMatchObject({ ok: true })
    expect(await rig.enclosure.run('a', WORKER, restore)).toMatchObject({ ok: true })
    expect(await eventually(() => rig.events.filter((event) => event.event === 'log' && event.line === 'ready').length > 1)).toBe(true)
    expect((await rig.enclosure.residue()).found).toEqual([])
  })

  test('of a service that starts anew under a pause stays stopped when that is taken back (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker', { command: HELPED.command, restart: 'always' })))
    expect(await isReady(rig)).toBe(true)
    await rig.enclosure.arm('a', WORKER, [GO_ON])
    expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
    await rig.enclosure.run('b', WORKER, { do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: 1000 })
    expect(await eventually(() => rig.events.filter((event) => event.event === 'log' && event.line === 'ready').length > 1)).toBe(true)
    expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
    expect(await rig.enclosure.look('a', WORKER, NOBODY_STOPPED)).toMatchObject({ seen: 'yes' })
    const look: Look = { look: 'process', in: 'target', expect: 'stopped', deadlineMs: 200 }
    expect((await rig.enclosure.look('a', WORKER, look)).detail).toBe('1 of 2 processes are stopped')
    expect((await rig.enclosure.residue()).found).toEqual([])
  })

  test('goes on after the pause like any other if its service had let it go on before (case 24)', async () => {
    await using rig = await openRig(containment)
    await rig.start(
      stackOf(service('worker', { command: ['sh', '-c', 'sleep 4711 & kill -STOP $!; echo ready; sleep 1; kill -CONT $!; echo woken; wait'] })),
    )
    expect(await isReady(rig)).toBe(true)
    await rig.enclosure.arm('a', WORKER, [GO_ON])
    expect(await eventually(() => rig.events.some((event) => event.event === 'log' && event.line === 'woken'))).toBe(true)
    expect(await rig.enclosure.run('a', WORKER, PAUSE)).toMatchObject({ ok: true })
    expect((await rig.enclosure.residue()).found).toHaveLength(1)
    expect(await rig.enclosure.run('a', WORKER, GO_ON)).toMatchObject({ ok: true })
    const look: Look = { look: 'process', in: 'target', expect: 'stopped', deadlineMs: 200 }
    expect((await rig.enclosure.look('a', WORKER, look)).detail).toMatch(/^0 of \d processes are stopped$/)
  })
})
