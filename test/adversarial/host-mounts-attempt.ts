/**
 * In a mount namespace of its own, which stands for the host: opens an enclosure in one way (first argument) around a lab that is a shared
 * mount, mounts below it before and after, and prints what a service saw of it, as JSON.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { How } from '../../packages/containments/src/sandbox/how.ts'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { systemTool } from '../../packages/containments/src/sandbox/tools.ts'
import { eventually } from '../support/outside.ts'
import { makeLab, service, stackOf } from '../support/stacks.ts'

export interface HostMounts {
  readonly how: How
  /** The last that the service said. */
  readonly seen: Seen
  /** Whether what it wrote arrived outside. */
  readonly writtenOutside: boolean
}

interface Seen {
  readonly early: string
  readonly earlyWrite: string
  readonly late: string
  readonly lateWrite: string
  /** Mounts below the lab that can be written, or hold devices or set-uid programs. */
  readonly weak: readonly string[]
}

/** With a blank and a backslash in its name. */
const EARLY = 'ear ly\\here'
const LATE = 'late'

const SERVICE = `
const fs = require('node:fs')
const [lab, stack, early, late] = process.argv.slice(1)
const attempt = (act) => { try { return act() } catch (error) { return error.code } }
const read = (folder) => attempt(() => fs.readFileSync(lab + '/' + folder + '/secret', 'utf8'))
const write = (folder) => attempt(() => { fs.writeFileSync(lab + '/' + folder + '/written', ''); return 'written' })
setInterval(() => {
  const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').map((line) => line.split(' '))
  const weak = mounts.filter(([, , , , at = '', has = '']) => at.startsWith(lab) && at !== stack && !['ro', 'nosuid', 'nodev'].every((one) => has.split(',').includes(one)))
  console.log(JSON.stringify({ early: read(early), earlyWrite: write(early), late: read(late), lateWrite: write(late), weak: weak.map((fields) => fields.slice(4, 6).join(' ')) }))
}, 50)
`

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(systemTool('mount'), args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

async function attempt(how: How): Promise<HostMounts> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-host-'))
  chmodSync(folder, 0o755)
  mount('-t', 'tmpfs', '-o', 'mode=755', 'host', folder)
  mount('--make-shared', folder)
  const { labDir, stackDir } = makeLab(folder)
  const secret = join(folder, 'secret')
  for (const path of [secret, ...[EARLY, LATE].map((name) => join(labDir, name))]) mkdirSync(path)
  writeFileSync(join(secret, 'secret'), 'of the host')
  chmodSync(secret, 0o777)
  mount('--bind', secret, join(labDir, EARLY))
  const run = `mounts-${process.pid}-${Date.now()}`
  const request = {
    run,
    labDir,
    workDir: join(folder, 'work'),
    deafAfterMs: 30_000,
    tapFd: undefined,
    logFd: openSync(join(folder, 'log'), 'a'),
  }
  const enclosure = await launchSandbox(request, [how])
  try {
    const said: Seen[] = []
    enclosure.on((event) => {
      if (event.event === 'log' && event.line.startsWith('{')) said.push(JSON.parse(event.line) as Seen)
    })
    const command = [process.execPath, '-e', SERVICE, '--', labDir, stackDir, EARLY, LATE]
    await enclosure.prepare(stackOf(service('looker', { command })), stackDir)
    await enclosure.start()
    await eventually(() => said.length > 0, 6000)
    mount('--bind', secret, join(labDir, LATE))
    const from = said.length
    await eventually(() => said.length > from + 4, 6000)
    const seen = said.at(-1)
    if (seen === undefined) throw new Error('the service said nothing')
    return { how: enclosure.how, seen, writtenOutside: existsSync(join(secret, 'written')) }
  } finally {
    await enclosure.close()
  }
}

process.stdout.write(`${JSON.stringify(await attempt(process.argv[2] === 'unshare' ? 'unshare' : 'bubblewrap'))}\n`)
