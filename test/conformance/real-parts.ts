import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Containment } from '@safechaos/containments'
import { describe, expect, test } from 'vitest'
import { standIn } from '../support/stand-in.ts'
import { eventually, processesOfRun, stateOf } from '../support/outside.ts'
import { openRig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

const FAMILY = service('worker', { command: ['sh', '-c', 'sleep 1111 & setsid sleep 2222 & wait'] })
const DEATH_MS = 4000

/** What can only be seen on real processes, from outside. */
export function realParts(containment: Containment): void {
  const { name } = containment

  describe(`${name}: deaths`, () => {
    test('nothing is left when the agent is killed', async () => {
      using held = await standIn(name)
      expect(held.left().length).toBeGreaterThan(5)
      held.child.kill('SIGKILL')
      expect(await eventually(() => held.left().length === 0, DEATH_MS), `left: ${held.left().join(', ')}`).toBe(true)
    })

    test('a hung agent that reads nothing does not keep the init from undoing by itself', async () => {
      using held = await standIn(name, 400)
      const stopped = (): number[] => held.left().filter((pid) => stateOf(pid) === 'T')
      expect(stopped().length).toBeGreaterThan(0)
      held.child.kill('SIGSTOP')
      expect(await eventually(() => stopped().length === 0, DEATH_MS)).toBe(true)
      held.child.kill('SIGCONT')
    })

    test('the death of the init is an event, fails what is asked, and ends what it had', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker'), service('api')))
      process.kill(rig.enclosure.identity.initPid, 'SIGKILL')
      expect(await eventually(() => rig.events.some(({ event }) => event === 'ended'))).toBe(true)
      await expect(rig.enclosure.members()).rejects.toMatchObject({ code: 'SC_CONTAINMENT' })
      expect(
        await rig.enclosure.look('a', member('worker#1'), { look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: 100 }),
      ).toMatchObject({ seen: 'unknown' })
      const namespace = name === 'process' ? undefined : rig.enclosure.identity.pidNamespace
      expect(await eventually(() => processesOfRun(rig.run, namespace).length === 0)).toBe(true)
    })

    test('close ends every process, also those that left their session', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(FAMILY))
      expect(await eventually(async () => (await rig.enclosure.members()).some(({ commandLines }) => commandLines.length >= 3))).toBe(true)
      const began = performance.now()
      await rig.enclosure.close()
      expect(performance.now() - began).toBeLessThan(2000)
      expect(processesOfRun(rig.run)).toEqual([])
    })
  })

  describe(`${name}: hitting the right thing`, () => {
    test('a pattern finds the processes of its service alone, and nobody else', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(FAMILY, service('api', { command: ['sleep', '1111'] })))
      const target = member('worker#1')
      const commands = async (id: string) =>
        (await rig.enclosure.members()).find((candidate) => candidate.id === id)?.commandLines.map(({ commandLine }) => commandLine) ?? []
      expect(await eventually(async () => (await commands('worker#1')).includes('sleep 1111'))).toBe(true)
      expect(
        await rig.enclosure.run('a', target, { do: 'signal', in: 'target', signal: 'SIGKILL', match: '^sleep 1111$', deadlineMs: 1000 }),
      ).toMatchObject({ ok: true })
      expect(
        await rig.enclosure.look('a', target, { look: 'process', in: 'target', match: '^sleep 1111$', expect: 'ended', deadlineMs: 1000 }),
      ).toMatchObject({ seen: 'yes' })
      expect(await commands('worker#1')).not.toContain('sleep 1111')
      expect(await commands('api#1')).toContain('sleep 1111')
      expect(
        await rig.enclosure.run('b', target, { do: 'signal', in: 'target', signal: 'SIGKILL', match: 'no such thing', deadlineMs: 1000 }),
      ).toMatchObject({ ok: false, code: 'SC_STEP' })
    })

    test('one death is one act’s: of two that kill the same process at once, one is told that it is ending already', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker')))
      const kill = (act: string) => rig.enclosure.run(act, member('worker#1'), { do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: 1000 })
      const results = await Promise.all([kill('a'), kill('b')])
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    })

    test('a pause stops every process of the service, also those that left its session, and no other service', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(FAMILY, service('api')))
      const target = member('worker#1')
      expect(await eventually(async () => (await rig.enclosure.members()).some(({ commandLines }) => commandLines.length >= 3))).toBe(true)
      expect(await rig.enclosure.run('a', target, { do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: 1000 })).toMatchObject({ ok: true })
      expect(await rig.enclosure.look('a', target, { look: 'process', in: 'target', expect: 'stopped', deadlineMs: 1000 })).toMatchObject({
        seen: 'yes',
      })
      expect(await rig.enclosure.look('b', member('api#1'), { look: 'process', in: 'target', expect: 'not-stopped', deadlineMs: 100 })).toMatchObject(
        { seen: 'yes' },
      )
      await rig.enclosure.run('a', target, { do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 })
      expect(await rig.enclosure.look('a', target, { look: 'process', in: 'target', expect: 'not-stopped', deadlineMs: 1000 })).toMatchObject({
        seen: 'yes',
      })
    })

    test('the tap measures from inside, is no member, and no pattern finds it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'safechaos-tap-'))
      const tapFd = openSync(join(folder, 'samples'), 'a')
      await using rig = await openRig(containment, {
        tapFd,
        files: { 'server.js': "require('http').createServer((_, a) => a.end('ok')).listen(8080, process.env.HOST)" },
      })
      await rig.start(stackOf(service('worker', { command: ['node', 'server.js'] })))
      const load = { method: 'GET', url: 'http://worker:8080/', rate: 50, timeoutMs: 500 } as const
      await rig.enclosure.tap({ load, signals: [], run: rig.run })
      const samples = () => readFileSync(join(folder, 'samples'), 'utf8').split('\n').filter(Boolean)
      expect(await eventually(() => samples().some((line) => (JSON.parse(line) as { ok?: number }).ok), 5000)).toBe(true)
      expect((await rig.enclosure.members()).map(({ id }) => id)).toEqual(['worker#1'])
      const step = { do: 'signal', in: 'target', signal: 'SIGKILL', match: 'tap|init', deadlineMs: 1000 } as const
      expect(await rig.enclosure.run('a', member('worker#1'), step)).toMatchObject({ ok: false, code: 'SC_STEP' })
      closeSync(tapFd)
      rmSync(folder, { recursive: true })
    })

    test('SIGTERM that is ignored is followed by the second signal after the grace', async () => {
      await using rig = await openRig(containment)
      await rig.start(stackOf(service('worker', { command: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'] })))
      expect(await eventually(() => rig.events.some((event) => event.event === 'log' && event.line === 'ready'))).toBe(true)
      // oxlint-disable-next-line unicorn/no-thenable -- the step's own word for its second signal
      const step = { do: 'signal', in: 'target', signal: 'SIGTERM', then: { signal: 'SIGKILL', afterMs: 150 }, deadlineMs: 1500 } as const
      const began = performance.now()
      expect(await rig.enclosure.run('a', member('worker#1'), step)).toMatchObject({ ok: true })
      expect(performance.now() - began).toBeGreaterThan(140)
      expect(await rig.enclosure.look('a', member('worker#1'), { look: 'process', in: 'target', expect: 'ended', deadlineMs: 1000 })).toMatchObject({
        seen: 'yes',
      })
      expect(
        await eventually(() => rig.events.some((event) => event.event === 'service' && event.state === 'exited' && event.detail.includes('SIGKILL'))),
      ).toBe(true)
    })
  })

  describe(`${name}: services`, () => {
    test('a service has a clean environment with its own address and those of its peers', async () => {
      await using rig = await openRig(containment)
      const printer = service('pay-api', { command: ['sh', '-c', 'env; sleep 1000'], environment: { COLOUR: 'blue' } })
      await rig.start(stackOf(printer, service('worker', { replicas: 2 })))
      const printed = () => rig.events.flatMap((event) => (event.event === 'log' && event.service === 'pay-api#1' ? [event.line] : []))
      const [api, one, two] = (await rig.enclosure.members()).map(({ address }) => address)
      const wanted = [
        `HOST=${api}`,
        `WORKER_HOST=${one},${two}`,
        'COLOUR=blue',
        'HOME=/tmp',
        `SAFECHAOS_RUN=${rig.run}`,
        'SAFECHAOS_SERVICE=pay-api#1',
      ]
      expect(await eventually(() => wanted.every((line) => printed().includes(line)))).toBe(true)
      const names = printed().map((line) => line.split('=')[0])
      const allowed = ['PATH', 'LANG', 'PWD', 'SHLVL', '_', 'OLDPWD', ...wanted.map((line) => line.split('=')[0])]
      expect(names.filter((text) => !allowed.includes(text))).toEqual([])
    })

    test('a health check decides when it is healthy, and a dependent waits for it', async () => {
      await using rig = await openRig(containment)
      const health = { test: ['test', '-e', '/data/well'], intervalMs: 200, timeoutMs: 1000, retries: 2, startPeriodMs: 5000 }
      const volumes = [{ source: 'data', target: '/data', readOnly: false }]
      const slow = service('db', { command: ['sh', '-c', 'sleep 0.4; echo yes > /data/well; sleep 1; rm /data/well; sleep 1000'], health, volumes })
      await rig.start(stackOf(slow, service('worker', { dependsOn: [{ service: 'db', until: 'healthy' }] })))
      const states = () => rig.events.flatMap((event) => (event.event === 'service' ? [`${event.service} ${event.state}`] : []))
      expect(states().indexOf('db#1 healthy')).toBeGreaterThan(-1)
      expect(states().indexOf('worker#1 starting')).toBeGreaterThan(states().indexOf('db#1 healthy'))
      expect(await eventually(() => states().includes('db#1 unhealthy'), 6000)).toBe(true)
      expect(existsSync(join(rig.stackDir, 'data', 'well'))).toBe(false)
    })

    test('long lines are cut and a flood is bounded, and both are said', async () => {
      await using rig = await openRig(containment, {
        files: { 'talk.sh': 'head -c 9000 /dev/zero | tr "\\0" x; echo; sleep 1.2; seq 1 5000; sleep 1.2; echo last; sleep 1000' },
      })
      await rig.start(stackOf(service('worker', { command: ['sh', 'talk.sh'] })))
      const lines = () => rig.events.flatMap((event) => (event.event === 'log' ? [event.line] : []))
      expect(await eventually(() => lines().includes('last'), 8000)).toBe(true)
      expect(lines()[0]?.length).toBeLessThan(4200)
      expect(lines()[0]).toContain('(cut)')
      expect(lines().length).toBeLessThan(900)
      expect(lines().some((line) => /lines left out/.test(line))).toBe(true)
    }, 20_000)

    test('a snapshot keeps what a service wrote, a restore gives it back, and the lab is not written', async () => {
      await using rig = await openRig(containment, {
        files: {
          'count.sh': 'n=0; [ -e $1/n ] && n=$(cat $1/n); echo "from $n"; while :; do n=$((n+1)); echo $n > $1/new; mv $1/new $1/n; sleep 0.02; done',
        },
      })
      const volumes = [{ source: 'data', target: '/data', readOnly: false }]
      await rig.start(stackOf(service('worker', { command: ['sh', 'count.sh', '/data'], volumes })))
      const froms = () =>
        rig.events.flatMap((event) => (event.event === 'log' && event.line.startsWith('from ') ? [Number(event.line.slice(5))] : []))
      expect(await eventually(() => froms().length === 1)).toBe(true)
      await new Promise((done) => setTimeout(done, 300))
      await rig.enclosure.snapshot()
      await new Promise((done) => setTimeout(done, 600))
      await rig.enclosure.restore()
      expect(await eventually(() => froms().length === 2)).toBe(true)
      const again = froms()[1] ?? 0
      expect(again).toBeGreaterThan(1)
      expect(again).toBeLessThan(26)
      expect(existsSync(join(rig.stackDir, 'data', 'n'))).toBe(false)
    })
  })

  test(`${name}: each wall is tried by a hostile program against canaries, and the lab is left as it was`, async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker')))
    const walls = await rig.enclosure.walls()
    // Without a wall, whether memory can be opened is for the machine's own rules on tracing.
    const memory = name === 'process' ? [] : ['look into memory outside']
    const outward = ['signal a process outside', 'read a secret outside', 'write outside', 'reach a socket of the host', ...memory]
    const held = name === 'process' ? 'not held' : 'held'
    expect(walls.filter(({ wall }) => outward.includes(wall)).map(({ held }) => held)).toEqual(outward.map(() => held))
    expect(walls.find(({ wall }) => wall === 'gain privileges')).toMatchObject({ held: 'held' })
    expect(readdirSync(rig.labDir)).toEqual(['stacks'])
  })

  test(`${name}: the probe really opens it, and tries each need`, async () => {
    const probe = await containment.probe()
    expect(probe).toMatchObject({ works: true })
    expect(
      probe.needs
        .filter(({ works }) => works)
        .map(({ need }) => need)
        .toSorted(),
    ).toEqual([...containment.offers].toSorted())
  })
}
