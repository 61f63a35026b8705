import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SafechaosError } from '@safechaos/core'
import { sha256 } from './digest.ts'

const WAIT_MS = 5000

/**
 * Does `work` while no other process does work under the same `name`. The kernel holds the mutex (an abstract Unix socket), so a process
 * that dies gives it up, and no file is left to be judged stale. Throws SC_BUSY after five seconds of waiting.
 */
export async function withMutex<T>(name: string, work: () => Promise<T>): Promise<T> {
  const address = `\0safechaos-${sha256(name).slice(0, 32)}`
  const until = performance.now() + WAIT_MS
  let held = await listen(address)
  while (held === undefined) {
    if (performance.now() > until) throw new SafechaosError({ code: 'SC_BUSY', message: `another process has held ${name} for ${WAIT_MS / 1000} s` })
    await sleep(10)
    held = await listen(address)
  }
  try {
    return await work()
  } finally {
    await new Promise<void>((done) => held.close(() => done()))
  }
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(undefined) : fail(error)))
    server.listen({ path: address }, () => done(server))
  })
}
