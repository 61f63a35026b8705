import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { listOwed } from '@safechaos/agent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { eventually } from '../support/outside.ts'
import { type RealLab, realLab, skipLoudly } from '../support/real-lab.ts'

const TABLE = `table inet strangers {
  set links {
    type ipv4_addr . ipv4_addr
    elements = { 10.0.0.1 . 10.0.0.2 }
  }
  chain cut {
    type filter hook forward priority 0; policy accept;
    ip saddr . ip daddr @links counter drop
  }
}
table ip sc_notours {
  chain out {
    type filter hook output priority 5; policy accept;
    counter accept
  }
}
`
const isRoot = process.getuid?.() === 0
const OWN = isRoot ? ['--net'] : ['--user', '--map-root-user', '--net']

let lab: RealLab
let holder: ChildProcess
beforeAll(async () => {
  lab = realLab({
    ...CALM_STACK,
    'stacks/compose.yaml': `${CALM_STACK['stacks/compose.yaml']}  caller: { command: node caller.mjs, restart: always }\n`,
    'stacks/caller.mjs': `import { get } from 'node:http'
setInterval(() => get({ host: process.env.API_HOST || 'api', port: 8080, timeout: 300 }, (answer) => answer.resume()).on('error', () => {}), 50)
`,
  })
  holder = spawn('unshare', [...OWN, 'sleep', '300'], { stdio: 'ignore' })
  const own = readlinkSync('/proc/self/ns/net')
  await eventually(() => namespaceOf(holder.pid ?? 0) !== own)
}, 120_000)
afterAll(() => {
  holder.kill('SIGKILL')
  lab[Symbol.dispose]()
})

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return readlinkSync('/proc/self/ns/net')
  }
}

/** Runs a tool in the network of a process. */
function inNetworkOf(pid: number, words: readonly string[], input = '') {
  const enter = isRoot ? ['--net'] : ['--user', '--preserve-credentials', '--net']
  return spawnSync('nsenter', ['-t', String(pid), ...enter, ...words], {
    encoding: 'utf8',
    timeout: 5000,
    input,
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
}

/** Every byte of the rules and queues of a network, counters aside: they count. */
function pictureOf(pid: number): string {
  const rules = inNetworkOf(pid, ['nft', '-s', 'list', 'ruleset'])
  const queues = inNetworkOf(pid, ['tc', 'qdisc', 'show'])
  return `${rules.status}\n${rules.stdout}\n${queues.status}\n${queues.stdout}`
}

describe('rules and queues of somebody else are the same, byte for byte, after a fault of the network', () => {
  const cut = calmCharter({ fault: '{ kind: net.partition, between: [api, caller] }', ramp: '{ steps: [100%], hold: 2s }' })

  test('in another network of this machine, and in the machine’s own', async (context) => {
    if (inNetworkOf(holder.pid ?? 0, ['nft', 'list', 'ruleset']).status !== 0)
      skipLoudly(context, 'nft does not work here', 'scripts/install-system.sh')
    expect(inNetworkOf(holder.pid ?? 0, ['nft', '-f', '-'], TABLE)).toMatchObject({ status: 0, stderr: '' })
    inNetworkOf(holder.pid ?? 0, ['tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '5ms'])
    const before = [pictureOf(holder.pid ?? 0), isRoot ? pictureOf(process.pid) : '']
    const { exit, told } = await lab.run(lab.write('charters/cut.yaml', cut))
    if (told.acts('injected').length === 0) skipLoudly(context, 'net.partition needs the sandbox', 'scripts/install-system.sh')
    expect({ exit, effect: told.end?.verdict.effect.state }).toEqual({ exit: 0, effect: 'landed' })
    expect([pictureOf(holder.pid ?? 0), isRoot ? pictureOf(process.pid) : '']).toEqual(before)
    expect(before[0]).toContain('table inet strangers')
  })

  test('in the network of the enclosure itself', async (context) => {
    if (!isRoot) skipLoudly(context, 'only root can put rules of its own into a standing enclosure', 'sudo npm test -- e2e')
    const run = lab.start(lab.write('charters/cut.yaml', cut))
    await run.until((body) => body.kind === 'stage' && body.stage === 'preflight' && body.state === 'entered')
    const owed = listOwed(lab.stateDir).flatMap((file) => (file.owed?.kind === 'enclosure' ? [file.owed] : []))[0]
    const init = owed?.identity?.initPid ?? 0
    expect(namespaceOf(init)).not.toBe(readlinkSync('/proc/self/ns/net'))
    expect(inNetworkOf(init, ['nft', '-f', '-'], TABLE)).toMatchObject({ status: 0, stderr: '' })
    const before = pictureOf(init)
    await run.until((body) => body.kind === 'landed')
    // Ours is beside them now, so this is the place to look at.
    expect(pictureOf(init)).toContain('table inet sc_')
    await run.until((body) => body.kind === 'reverted')
    expect(pictureOf(init)).toBe(before)
    expect(await run.ended).toBe(0)
    expect(run.told.acts('verified')).toHaveLength(1)
  })
})
