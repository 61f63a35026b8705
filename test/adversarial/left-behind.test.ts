import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTAINMENTS, killGroups } from '@safechaos/containments'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { endRemains } from '../../packages/agent/src/outside.ts'
import { ownId } from '../../packages/agent/src/process-identity.ts'
import { commandLineOf, eventually, stateOf } from '../support/outside.ts'
import { bootId } from '../support/own-process.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { skipLoudly } from '../support/real-lab.ts'
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

const PERL = '/usr/bin/perl'
const hasPerl = spawnSync(PERL, ['-e', '1']).status === 0
/** A daemon that is another process every millisecond, for 15 s: it forks and ends, with the mark and the session of its first. A file tells that it lives. */
const hopper = (beat: string): string =>
  `exit if fork; use POSIX; setsid; my $e = time + 15; while (time < $e) { exit if fork; open my $f, '>>', '${beat}'; print $f '.'; close $f; select undef, undef, undef, 0.001 }`

describe('a daemon that hops from pid to pid', () => {
  let folder: string
  let beat: string
  beforeEach((context) => {
    if (!hasPerl) skipLoudly(context, 'perl is not here', 'apt-get install perl-base')
    folder = mkdtempSync(join(tmpdir(), 'safechaos-hopper-'))
    beat = join(folder, 'beat')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

  const hops = async (): Promise<boolean> => {
    const size = (): number => (existsSync(beat) ? statSync(beat).size : 0)
    const before = size()
    await sleep(300)
    return size() > before
  }

  test.each(CONTAINMENTS.filter(({ name }) => name === 'process'))('ends with its enclosure in $name (case 31)', async (containment) => {
    await using rig = await openRig(containment)
    await rig.start(
      stackOf(service('worker', { command: ['sh', '-c', `${PERL} -e "$HOPPER"; exec sleep 1000`], environment: { HOPPER: hopper(beat) } })),
    )
    expect(await eventually(hops)).toBe(true)
    await rig.enclosure.close()
    expect(await hops()).toBe(false)
  })

  test('is ended from outside when nobody inside does it (case 31)', async () => {
    const run = `hopper-${process.pid}`
    const env = { PATH: process.env.PATH, SAFECHAOS_RUN: run }
    spawn(PERL, ['-e', hopper(beat)], { env, stdio: 'ignore', detached: true }).unref()
    expect(await eventually(hops)).toBe(true)
    const left = { run, identity: undefined, agent: undefined, bootId: bootId(), workDir: join(folder, 'none'), spare: [ownId()] }
    expect(await endRemains(left, 5000)).toMatchObject({ ours: [] })
    expect(await hops()).toBe(false)
  })
})

describe('a process group', () => {
  const ours = (mark: string) => (pid: number) => commandLineOf(pid).includes(mark)

  test('with a stranger in it goes on as it was; one of ours alone ends', async () => {
    const shell = spawn('sh', ['-c', 'sleep 77801 & sleep 77802 & wait'], { stdio: 'ignore', detached: true })
    const group = shell.pid ?? 0
    expect(await eventually(() => spawnSync('pgrep', ['-g', String(group)], { encoding: 'utf8' }).stdout.split('\n').length === 4)).toBe(true)
    expect(await killGroups(new Set([group]), (pid) => ours('77801')(pid) || pid === group)).toEqual([])
    const states = (): (string | undefined)[] =>
      spawnSync('pgrep', ['-g', String(group)], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n')
        .map((pid) => stateOf(Number(pid)))
    expect(states()).toEqual(['S', 'S', 'S'])
    expect(await killGroups(new Set([group]), (pid) => ours('7780')(pid) || pid === group)).toEqual([group])
    expect(await eventually(() => shell.signalCode === 'SIGKILL')).toBe(true)
  })

  test.each([0, 1])('%d is never hit', async (group) => {
    expect(await killGroups(new Set([group]), () => true)).toEqual([])
  })

  test('of the asking process is never hit', async () => {
    const own = Number(spawnSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { encoding: 'utf8' }).stdout)
    expect(await killGroups(new Set([own]), () => true)).toEqual([])
  })
})
