import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Step } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import type { How } from '../../packages/containments/src/sandbox/how.ts'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { service, stackOf } from '../support/stacks.ts'

const NODE = process.execPath
const SERVER = "require('node:http').createServer((_, answer) => answer.end('hello')).listen(8080)"
/** Asks each name once and again, and prints `name: answer`. */
const CLIENT = `for (const name of process.argv.slice(1)) setInterval(async () => {
  const answer = await fetch('http://' + name + ':8080', { signal: AbortSignal.timeout(300) }).then((got) => got.text(), (error) => error.cause?.code ?? error.name)
  console.log(name + ': ' + answer)
}, 100)`

const server = (name: string, networks: readonly string[], replicas = 1) => service(name, { command: [NODE, '-e', SERVER], networks, replicas })
const client = (name: string, networks: readonly string[], ...asks: readonly string[]) =>
  service(name, { command: [NODE, '-e', CLIENT, ...asks], networks })

const linesOf = (rig: Rig, id: string): string[] => rig.events.flatMap((event) => (event.event === 'log' && event.service === id ? [event.line] : []))
const prints = (rig: Rig, id: string, text: string, from = 0): Promise<boolean> => eventually(() => linesOf(rig, id).slice(from).includes(text), 6000)
const openWay = (how: How, files?: Readonly<Record<string, string>>): Promise<Rig> =>
  openRig({ launch: (request) => launchSandbox(request, [how]) }, files === undefined ? {} : { files })

describe.each(['bubblewrap', 'unshare'] as const)('inside a sandbox made by %s', (how) => {
  if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }

  test('services that share a network reach each other by name, and others do not', async () => {
    await using rig = await openWay(how)
    await rig.start(
      stackOf(
        server('api', ['front', 'back']),
        server('db', ['back'], 2),
        client('user', ['front'], 'api', 'db', 'db-2'),
        client('worker', ['back'], 'db-2', 'api'),
      ),
    )
    expect(await prints(rig, 'user#1', 'api: hello')).toBe(true)
    expect(await prints(rig, 'worker#1', 'db-2: hello')).toBe(true)
    expect(await prints(rig, 'worker#1', 'api: hello')).toBe(true)
    expect(await eventually(() => linesOf(rig, 'user#1').some((line) => line.startsWith('db-2: ')), 6000)).toBe(true)
    expect(linesOf(rig, 'user#1').filter((line) => /^db.*hello/.test(line))).toEqual([])
  })

  test('a rule between two services in the network cuts them, and nobody else', async (context) => {
    if (findTool('nft') === undefined) context.skip('nft is not installed. Enable it with: bash scripts/install-system.sh')
    await using rig = await openWay(how)
    await rig.start(stackOf(server('api', ['one']), server('db', ['one']), client('user', ['one'], 'api', 'db')))
    expect(await prints(rig, 'user#1', 'api: hello')).toBe(true)
    const { address, peerAddress } = rig.enclosure.facts({ id: 'user#1~api#1', members: ['user#1', 'api#1'] })
    const rules = `table inet cut {\nchain c {\ntype filter hook forward priority 0\nip saddr ${address} ip daddr ${peerAddress} drop\n}\n}\n`
    const step: Step = { do: 'exec', in: 'network', tool: 'nft', args: ['-f', '-'], stdin: rules, deadlineMs: 2000 }
    expect(await rig.enclosure.run('a', { id: 'user#1~api#1', members: ['user#1', 'api#1'] }, step)).toMatchObject({ ok: true })
    const from = linesOf(rig, 'user#1').length
    expect(await prints(rig, 'user#1', 'api: TimeoutError', from)).toBe(true)
    expect(await prints(rig, 'user#1', 'db: hello', from)).toBe(true)
    expect((await rig.enclosure.residue()).found).toMatchObject([{ key: 'nft' }])
  })

  test('volumes are where the stack says, writable or not, and shared; the lab stays as it was', async () => {
    await using rig = await openWay(how, { 'settings.txt': 'as it was' })
    const volumes = [
      { source: 'data', target: '/var/data', readOnly: false },
      { source: '.', target: '/srv/all', readOnly: true },
    ]
    const script =
      'echo mine >/var/data/file; echo changed >settings.txt; echo no >/srv/all/new || echo refused; mkdir gone; rmdir gone; mkdir gone && echo again; rm settings.txt; echo done; sleep 1000'
    await rig.start(stackOf(service('writer', { command: ['sh', '-c', script], volumes })))
    expect(await prints(rig, 'writer#1', 'done')).toBe(true)
    expect(linesOf(rig, 'writer#1')).toEqual(expect.arrayContaining(['refused', 'again']))
    expect(readFileSync(join(rig.stackDir, 'settings.txt'), 'utf8')).toBe('as it was')
    expect(existsSync(join(rig.stackDir, 'data'))).toBe(false)
  })

  test('a restore gives back what was there at the snapshot, removed files included', async () => {
    await using rig = await openWay(how, { 'kept.txt': 'kept' })
    const late = join(rig.labDir, 'shared/late')
    mkdirSync(join(rig.labDir, 'shared'))
    const script =
      'ls; [ -e first ] || { touch first; rm kept.txt; }; echo ready; while :; do sleep 0.05; [ -e LATE ] && [ ! -e second ] && touch second && echo written; done'
    await rig.start(stackOf(service('writer', { command: ['sh', '-c', script.replace('LATE', late)] })))
    expect(await prints(rig, 'writer#1', 'ready')).toBe(true)
    await rig.enclosure.snapshot()
    writeFileSync(late, '')
    expect(await prints(rig, 'writer#1', 'written')).toBe(true)
    const from = linesOf(rig, 'writer#1').length
    await rig.enclosure.restore()
    expect(await prints(rig, 'writer#1', 'ready', from)).toBe(true)
    const after = linesOf(rig, 'writer#1').slice(from)
    const listed = after.slice(0, after.indexOf('ready'))
    expect(listed).toContain('first')
    expect(listed).not.toContain('kept.txt')
    expect(listed).not.toContain('second')
  })

  test('a restore leaves nothing behind, also where the stack belongs to who the services are', async () => {
    await using rig = await openWay(how, { 'kept.txt': 'kept' })
    const { uid, gid } = statSync(rig.workDir)
    chownSync(rig.stackDir, uid, gid)
    await rig.start(stackOf(service('writer', { command: ['sh', '-c', 'touch new; rm -f kept.txt; echo ready; sleep 1000'] })))
    expect(await prints(rig, 'writer#1', 'ready')).toBe(true)
    await rig.enclosure.arm('a', { id: 'writer#1', members: ['writer#1'] }, [])
    await rig.enclosure.snapshot()
    await rig.enclosure.restore()
    expect((await rig.enclosure.residue()).found).toEqual([])
  })

  test('a service has a host name, a small /dev, no /sys, and names no other machine', async () => {
    await using rig = await openWay(how)
    await rig.start(
      stackOf(
        service('box', {
          command: [
            'sh',
            '-c',
            'uname -n; ls /dev; ls / ; getent hosts box; getent hosts example.invalid || echo nobody; id -u; echo done; sleep 100',
          ],
        }),
      ),
    )
    expect(await prints(rig, 'box#1', 'done')).toBe(true)
    const lines = linesOf(rig, 'box#1')
    expect(lines[0]).toBe('box-1')
    expect(lines).toEqual(expect.arrayContaining(['null', 'urandom', 'nobody']))
    // The way to the Node that services run with is there, and nothing else of the machine.
    const hidden = ['sys', 'home', 'root', 'var', 'kmsg', 'mem', 'vda'].filter((name) => !process.execPath.startsWith(`/${name}/`))
    expect(lines.filter((line) => hidden.includes(line))).toEqual([])
  })

  test('root’s lab in a folder that nobody else may enter is shown all the same, and its state folder too', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can show what nobody else may enter. Enable it with: run the tests as root')
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-closed-'))
    chmodSync(folder, 0o700)
    const before = process.env.TMPDIR
    process.env.TMPDIR = folder
    try {
      await using rig = await openWay(how, { 'a file': 'with a blank in its name' })
      writeFileSync(join(rig.labDir, 'secret'), 'of root', { mode: 0o600 })
      const script =
        'cat "a file"; echo; cat ../../secret || echo refused; touch here && echo written; cat /etc/shadow || echo hidden; echo done; sleep 100'
      await rig.start(stackOf(service('box', { command: ['sh', '-c', script] })))
      expect(await prints(rig, 'box#1', 'done')).toBe(true)
      expect(linesOf(rig, 'box#1')).toEqual(expect.arrayContaining(['with a blank in its name', 'refused', 'written', 'hidden']))
    } finally {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
