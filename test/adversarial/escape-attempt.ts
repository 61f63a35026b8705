/** Opens an enclosure in one way (first argument), lets a hostile service loose in it, and prints what came of it, as JSON. */
import { copyFileSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeCanary } from '../../packages/containments/src/enclosure/canary.ts'
import type { How } from '../../packages/containments/src/sandbox/how.ts'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { eventually, processesOfRun } from '../support/outside.ts'
import { makeLab, service, stackOf } from '../support/stacks.ts'
import type { Aims, Booty } from './hostile-service.ts'

export interface Escape {
  readonly how: How
  readonly booty: Booty
  readonly secret: string
  readonly signalled: boolean
  readonly connected: boolean
  readonly written: readonly string[]
  /** The other service and the init afterwards. */
  readonly victim: { readonly before: number | undefined; readonly after: number | undefined; readonly restarts: number | undefined }
  readonly initAnswers: boolean
  readonly leftAfterClose: readonly number[]
  readonly workFolderLeft: boolean
}

const REPORT_MS = 30_000

async function attempt(how: How): Promise<Escape> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-escape-'))
  const { labDir, stackDir } = makeLab(folder)
  copyFileSync(fileURLToPath(new URL('hostile-service.ts', import.meta.url)), join(stackDir, 'hostile-service.ts'))
  const workDir = join(folder, 'work')
  const run = `escape-${process.pid}-${Date.now()}`
  await using canary = await makeCanary(labDir)
  const socket = join(folder, 'socket')
  let connected = false
  const server = createServer(() => {
    connected = true
  }).listen(socket)
  const enclosure = await launchSandbox({ run, labDir, workDir, deafAfterMs: 30_000, tapFd: undefined, logFd: openSync(join(folder, 'log'), 'a') }, [
    how,
  ])
  try {
    const lines: string[] = []
    enclosure.on((event) => {
      if (event.event === 'log' && event.service === 'hostile#1') lines.push(event.line)
    })
    const hostAddresses = Object.values(networkInterfaces()).flatMap((all = []) =>
      all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
    )
    const aims: Aims = {
      pid: canary.pid,
      secrets: [canary.secretFile, '/etc/shadow', '/proc/1/root/etc/shadow', '/proc/1/environ', `/proc/${process.pid}/environ`],
      places: [...canary.places, join(labDir, 'written'), '/usr/bin/written', '/etc/hosts', '/run/netns/tap', join(workDir, 'written')],
      port: canary.port,
      sockets: [socket, `\0${canary.abstractSocket}`],
      // The victim is on another network; its address is the first that is given.
      peers: ['10.77.1.1', '10.77.0.1', ...hostAddresses],
    }
    const listens = `require('node:http').createServer().listen(${canary.port})`
    const victim = service('victim', { command: [process.execPath, '-e', listens], networks: ['back'] })
    const hostile = service('hostile', { command: [process.execPath, 'hostile-service.ts', JSON.stringify(aims)], networks: ['front'] })
    await enclosure.prepare(stackOf(victim, hostile), stackDir)
    await enclosure.start()
    const member = async () => (await enclosure.members()).find(({ id }) => id === 'victim#1')
    const before = (await member())?.pid
    const report = (): string | undefined => lines.find((line) => line.startsWith('{'))
    if (!(await eventually(() => report() !== undefined, REPORT_MS))) throw new Error(`the hostile service said nothing: ${lines.join('\n')}`)
    const after = await member()
    const seen = {
      how: enclosure.how,
      booty: JSON.parse(report() ?? '') as Booty,
      secret: canary.secret,
      signalled: await canary.wasSignalled(),
      connected: connected || canary.wasConnected(),
      written: [...canary.written(), ...[join(labDir, 'written'), '/usr/bin/written', join(stackDir, 'fill')].filter((path) => existsSync(path))],
      victim: { before, after: after?.pid, restarts: after?.restarts },
      initAnswers: (await enclosure.residue()).found.length >= 0,
    }
    await enclosure.close()
    await eventually(() => processesOfRun(run, enclosure.identity.pidNamespace).length === 0, 500)
    return { ...seen, leftAfterClose: processesOfRun(run, enclosure.identity.pidNamespace), workFolderLeft: existsSync(workDir) }
  } finally {
    await enclosure.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

process.stdout.write(`${JSON.stringify(await attempt(process.argv[2] === 'unshare' ? 'unshare' : 'bubblewrap'))}\n`)
