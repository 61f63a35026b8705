import { CONTAINMENTS } from '@safechaos/containments'
import { describe, expect, test } from 'vitest'
import { commandLineOf, eventually, stateOf } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

/** Starts `sleep` without the run's mark: as a detached child, in its own session; `die`: and then ends, so that nobody is its parent. */
const leaver = (seconds: number, die: boolean): string =>
  `const { spawn } = require('node:child_process')
   const child = spawn('/bin/sleep', ['${seconds}'], { env: {}, detached: true, stdio: 'ignore' })
   child.unref()
   console.log('left ' + child.pid)
   ${die ? 'setTimeout(() => process.exit(1), 1000)' : 'setInterval(() => {}, 1000)'}`

const pidOf = (rig: Rig): number =>
  Number(rig.events.flatMap((event) => (event.event === 'log' && event.line.startsWith('left ') ? [event.line.slice(5)] : []))[0] ?? 0)

const runs = (pid: number, seconds: number): boolean =>
  commandLineOf(pid).startsWith(`/bin/sleep\0${seconds}`) && !['Z', 'X', undefined].includes(stateOf(pid))

describe.each(CONTAINMENTS.filter(({ name }) => name === 'process'))('a process that took off its mark, in $name', (containment) => {
  test.each([
    ['whose service still runs', false],
    ['whose service has ended', true],
  ] as const)('%s ends with its run all the same (case 31)', async (_, die) => {
    const seconds = die ? 77_701 : 77_702
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker', { command: [process.execPath, '-e', leaver(seconds, die)] })))
    expect(await eventually(() => pidOf(rig) > 0)).toBe(true)
    const pid = pidOf(rig)
    expect(await eventually(() => runs(pid, seconds))).toBe(true)
    if (die) expect(await eventually(async () => (await rig.enclosure.members())[0]?.state === 'exited', 5000)).toBe(true)
    await rig.enclosure.close()
    expect(await eventually(() => !runs(pid, seconds), 1000)).toBe(true)
  })

  test('is hit by what hits its service (case 31)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker', { command: [process.execPath, '-e', leaver(77_703, false)] })))
    expect(await eventually(() => pidOf(rig) > 0)).toBe(true)
    const pid = pidOf(rig)
    expect(await eventually(() => runs(pid, 77_703))).toBe(true)
    await rig.enclosure.run('a', member('worker#1'), { do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: 1000 })
    expect(stateOf(pid)).toBe('T')
    await rig.enclosure.run('a', member('worker#1'), { do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 })
    expect(await eventually(() => stateOf(pid) === 'S')).toBe(true)
  })
})
