/**
 * A service that tries everything to get out, told in its first argument what to aim at. Prints one JSON line, then stays, with 200 children.
 * It is only ever started inside an enclosure: what it finds, it tries to kill.
 */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'

export interface Aims {
  readonly pid: number
  readonly secrets: readonly string[]
  readonly places: readonly string[]
  readonly port: number
  readonly sockets: readonly string[]
  readonly peers: readonly string[]
}

/** For each try what came of it: an error code, or what was got. */
export interface Booty {
  readonly signal: string
  readonly secrets: readonly string[]
  readonly writes: readonly string[]
  readonly knocks: readonly string[]
  readonly memory: string
  readonly traced: string
  readonly tools: Readonly<Record<string, number | null>>
  readonly processes: readonly string[]
  readonly capabilities: string
  readonly filled: Readonly<Record<string, { readonly mib: number; readonly stoppedBy: string }>>
  readonly bombed: number
  readonly killed: readonly string[]
}

const MIB = 1 << 20
const BOMB = 200

const attempt = (act: () => string): string => {
  try {
    return act()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

const knock = (where: { host: string; port: number } | { path: string }): Promise<string> =>
  new Promise((done) => {
    const socket = connect(where, () => done('connected'))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'))
    setTimeout(() => done('no answer'), 500).unref()
  })

/** Writes until something stops it, at most `mostMib`. */
function fill(path: string, mostMib: number): { mib: number; stoppedBy: string } {
  const chunk = Buffer.alloc(MIB, 1)
  const fd = openSync(path, 'w')
  let mib = 0
  const stoppedBy = attempt(() => {
    for (; mib < mostMib; mib += 1) writeSync(fd, chunk)
    return 'nothing'
  })
  closeSync(fd)
  writeFileSync(path, '')
  return { mib, stoppedBy }
}

const run = (file: string, ...args: readonly string[]): number | null => spawnSync(file, args, { timeout: 2000, stdio: 'ignore' }).status

const pids = (): number[] => readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))

async function main(aims: Aims): Promise<void> {
  const processes = pids().map((pid) => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 40)))
  const tries = {
    signal: attempt(() => String(process.kill(aims.pid, 'SIGCONT'))),
    secrets: aims.secrets.map((file) => attempt(() => readFileSync(file, 'utf8').slice(0, 300))),
    writes: aims.places.map((place) =>
      attempt(() => {
        appendFileSync(place, 'written from inside')
        return 'written'
      }),
    ),
    knocks: await Promise.all([
      ...['127.0.0.1', ...aims.peers].map((host) => knock({ host, port: aims.port })),
      ...aims.sockets.map((path) => knock({ path })),
    ]),
    memory: attempt(() => {
      closeSync(openSync(`/proc/${aims.pid}/mem`, 'r+'))
      return 'opened'
    }),
    traced: attempt(() => String(spawnSync('strace', ['-p', String(aims.pid)], { timeout: 1000 }).status)),
    tools: {
      mount: run('mount', '-t', 'tmpfs', 'x', '/tmp'),
      remount: run('mount', '-o', 'remount,bind,rw', '/'),
      umount: run('umount', '-l', '/tmp'),
      'new user namespace': run('unshare', '--user', 'true'),
      'new namespaces': run('unshare', '--mount', '--net', 'true'),
      chroot: run('chroot', '/tmp', '/'),
      'become another user': run('setpriv', '--reuid=65534', 'true'),
      'set-uid program': run('su', '-c', 'true', 'nobody'),
      'cut the cable': run('ip', 'link', 'set', 'eth0', 'down'),
      'change a rule': run('nft', 'add', 'table', 'inet', 'hostile'),
      'change the kernel': run('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'),
      'raise the limit': run('prlimit', '--nproc=unlimited', 'true'),
    },
    capabilities: /CapEff:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 'unknown',
    filled: { tmp: fill('/tmp/fill', 100), stack: fill('fill', 600) },
  }
  const others = pids().filter((pid) => pid !== process.pid)
  const killed = others.flatMap((pid) => [`${pid} ${attempt(() => String(process.kill(pid, 'SIGKILL')))}`])
  let bombed = 0
  for (; bombed < BOMB; bombed += 1) {
    const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true })
    child.on('error', () => undefined)
    if (child.pid === undefined) break
  }
  const booty: Booty = { ...tries, processes, bombed, killed }
  process.stdout.write(`${JSON.stringify(booty)}\n`)
  setInterval(() => undefined, 1000)
}

await main(JSON.parse(process.argv[2] ?? '{}') as Aims)
