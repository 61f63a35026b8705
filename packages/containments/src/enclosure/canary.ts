import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isStopped, statOf } from '../init/proc.ts'
import { until } from '../init/until.ts'

const SIGNAL_SEEN_WITHIN_MS = 50

/** Things outside the enclosure that belong to nobody but this test of its walls: a process, a secret, two sockets, and places to write to. */
export interface Canary extends AsyncDisposable {
  /** A stopped process: a SIGCONT from inside, harmless to anybody else, would set it going. */
  readonly pid: number
  readonly secretFile: string
  readonly secret: string
  /** None of these exists; if one does afterwards, somebody inside wrote it. */
  readonly places: readonly string[]
  readonly port: number
  readonly abstractSocket: string
  wasSignalled(): Promise<boolean>
  wasConnected(): boolean
  written(): readonly string[]
}

/** Everything is gone again when it is disposed of. */
export async function makeCanary(labDir: string): Promise<Canary> {
  // Loaded when it is needed: it would cost every start of an agent some milliseconds.
  const token = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex')
  const folder = await mkdtemp(join(tmpdir(), 'safechaos-canary-'))
  const secretFile = join(folder, 'secret')
  await writeFile(secretFile, token, { mode: 0o600 })
  const child = spawn('sleep', ['30'], { stdio: 'ignore' })
  child.on('error', () => undefined)
  child.kill('SIGSTOP')
  let connected = false
  const noted = (): Server => {
    const server = createServer((socket) => {
      connected = true
      socket.destroy()
    })
    server.on('error', () => undefined)
    return server
  }
  const abstractSocket = `safechaos-canary-${token}`
  const servers = [await listening(noted(), { host: '127.0.0.1', port: 0 }), await listening(noted(), { path: `\0${abstractSocket}` })]
  const address = servers[0]?.address()
  const places = [join(folder, 'written'), join(labDir, `.safechaos-canary-${token}`)]
  const goes = (): boolean => {
    const stat = child.pid === undefined ? undefined : statOf(child.pid)
    return stat === undefined || !isStopped(stat)
  }
  return {
    pid: child.pid ?? 0,
    secretFile,
    secret: token,
    places,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    abstractSocket,
    wasSignalled: () => until(goes, SIGNAL_SEEN_WITHIN_MS),
    wasConnected: () => connected,
    written: () => places.filter((place) => existsSync(place)),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      for (const server of servers) server.close()
      await Promise.all([...places, folder].map((path) => rm(path, { recursive: true, force: true })))
    },
  }
}

function listening(server: Server, where: { host: string; port: number } | { path: string }): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => resolve(server))
  })
}
