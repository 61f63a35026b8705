import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Containment } from '@safechaos/containments'
import { CONTAINMENTS } from '@safechaos/containments'
import { describe, expect, test } from 'vitest'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { commandLineOf, eventually, processesOfRun } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

/** What brings a service behind its walls: each may be found under the same name in a folder of the service's own. */
const TOOLS = ['nsenter', 'prlimit', 'bwrap', 'unshare', 'setpriv', 'sh', 'cat', 'env', 'mount', 'hostname', 'umount', 'mkdir', 'cp']
const NO_LIBRARY = '/nowhere/evil.so'

const linesOf = (rig: Rig, id: string): string[] => rig.events.flatMap((event) => (event.event === 'log' && event.service === id ? [event.line] : []))

/** Tools of the service's own that tell when they hold privileges, and a PATH that finds them first. */
function plantTools({ stackDir }: Rig): string {
  const folder = join(stackDir, 'bin')
  const loot = join(stackDir, 'loot')
  mkdirSync(folder)
  for (const tool of TOOLS) {
    const told = `/usr/bin/grep -q '^CapEff:.*[1-9a-f]' /proc/self/status && echo "PRIVILEGED ${tool}" | /usr/bin/tee -a ${loot} >&2`
    writeFileSync(join(folder, tool), `#!/bin/sh\n${told}\nexec ${findTool(tool) ?? tool} "$@"\n`)
    chmodSync(join(folder, tool), 0o755)
  }
  writeFileSync(loot, '')
  return `${folder}:/usr/sbin:/usr/bin:/sbin:/bin`
}

const ways: readonly { readonly name: string; readonly containment: Pick<Containment, 'launch'> | undefined }[] = [
  ...(['bubblewrap', 'unshare'] as const).map((how) => ({
    name: `sandbox made by ${how}`,
    containment:
      how === 'bubblewrap' && findTool('bwrap') === undefined
        ? undefined
        : { launch: (request: Parameters<Containment['launch']>[0]) => launchSandbox(request, [how]) },
  })),
  { name: 'process', containment: CONTAINMENTS.find(({ name }) => name === 'process') },
]

describe.each(ways)('variables of a service in $name', ({ name, containment }) => {
  if (containment === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }

  test('a library that a service asks for is loaded into the service, and into nothing that brings it there (case 31)', async () => {
    await using rig = await openRig(containment)
    await rig.start(stackOf(service('worker', { command: ['sleep', '1000'], environment: { LD_PRELOAD: NO_LIBRARY } })))
    expect(await eventually(() => linesOf(rig, 'worker#1').length > 0)).toBe(true)
    await new Promise((done) => setTimeout(done, 200))
    expect(linesOf(rig, 'worker#1').filter((line) => line.includes(NO_LIBRARY))).toHaveLength(1)
  })

  test('a PATH of a service finds its own programs, and none that still holds privileges (case 31)', async () => {
    await using rig = await openRig(containment)
    const PATH = plantTools(rig)
    const own = join(rig.stackDir, 'bin', 'own')
    writeFileSync(own, '#!/bin/sh\necho "own program"\nwhile :; do /usr/bin/cat loot; /usr/bin/sleep 0.05; done\n')
    chmodSync(own, 0o755)
    const health = { test: ['sh', '-c', 'env'], intervalMs: 50, timeoutMs: 3000, retries: 3, startPeriodMs: 5000 }
    await rig.start(stackOf(service('worker', { command: ['own'], environment: { PATH }, health })))
    expect(await eventually(() => linesOf(rig, 'worker#1').includes('own program'))).toBe(true)
    const step = { do: 'hold', in: 'target', tool: 'prlimit', args: ['--cpu=5', '--', 'sleep', '60'], deadlineMs: 3000 } as const
    if (name !== 'process') expect(await rig.enclosure.run('a', member('worker#1'), step)).toMatchObject({ ok: true })
    await new Promise((done) => setTimeout(done, 500))
    expect(linesOf(rig, 'worker#1').filter((line) => line.startsWith('PRIVILEGED'))).toEqual([])
    expect((await rig.enclosure.members()).map(({ state }) => state)).toEqual(['healthy'])
  })

  test('reach it as they were written, and stand in no command line', async () => {
    await using rig = await openRig(containment)
    const environment = {
      QUOTES: `it's "quoted" \\ $HOME $(id) \`id\` ;|&`,
      LINES: ' one\ntwo\n',
      EMPTY: '',
      LETTERS: 'ä\u0081€ \u{1F512} ≠',
      'dotted.name-too': 'odd',
      SECRET: 'swordfish-1f0c',
    }
    const script = 'console.log(JSON.stringify(process.env)); setTimeout(() => {}, 1e6)'
    const health = {
      test: [process.execPath, '-e', 'process.exit(process.env.SECRET === "swordfish-1f0c" && process.env.LINES === " one\\ntwo\\n" ? 0 : 1)'],
      intervalMs: 500,
      timeoutMs: 5000,
      retries: 5,
      startPeriodMs: 5000,
    }
    await rig.start(stackOf(service('worker', { command: [process.execPath, '-e', script], environment, health })))
    expect(await eventually(() => linesOf(rig, 'worker#1').length > 0)).toBe(true)
    expect(JSON.parse(linesOf(rig, 'worker#1')[0] ?? '{}')).toMatchObject(environment)
    const namespace = name === 'process' ? undefined : rig.enclosure.identity.pidNamespace
    const told = processesOfRun(rig.run, namespace).filter((pid) => commandLineOf(pid).includes('swordfish-1f0c'))
    expect(told.map(commandLineOf).filter((line) => !line.includes('process.exit('))).toEqual([])
  })

  test('are refused with a character that no variable can hold', async () => {
    await using rig = await openRig(containment)
    const smuggling = service('worker', { environment: { A: 'b\0--bind\0/\0/all' } })
    await expect(rig.start(stackOf(smuggling))).rejects.toMatchObject({ code: 'SC_STACK' })
  })
})
