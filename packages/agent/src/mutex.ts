import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SafechaosError } from '@safechaos/core'
import { sha256 } from './digest.ts'
import { makeFolder } from './durable.ts'

const WAIT_S = 5

/**
 * Does `work` while no other process does work under the same `name` in this state folder. The kernel holds the mutex twice, so a process
 * that dies gives it up, and nothing is left to be judged stale: as an abstract Unix socket, which those in the same network namespace
 * meet, and as a lock on a file, which all meet who share the folder. Throws SC_BUSY after five seconds of waiting.
 */
export async function withMutex<T>(stateDir: string, name: string, work: () => Promise<T>): Promise<T> {
  const socket = await holdSocket(stateDir, name)
  try {
    const fd = openLockFile(stateDir, name)
    try {
      if (fd !== undefined) await lockFile(fd, stateDir, name)
      return await work()
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  } finally {
    await new Promise<void>((done) => socket.close(() => done()))
  }
}

const busy = (stateDir: string, name: string): SafechaosError =>
  new SafechaosError({ code: 'SC_BUSY', message: `another process has held ${name} in ${stateDir} for ${WAIT_S} s` })

async function holdSocket(stateDir: string, name: string): Promise<Server> {
  const address = `\0safechaos-${sha256(`${name} in ${stateDir}`).slice(0, 32)}`
  const until = performance.now() + WAIT_S * 1000
  for (;;) {
    const held = await listen(address)
    if (held !== undefined) return held
    if (performance.now() > until) throw busy(stateDir, name)
    await sleep(10)
  }
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(undefined) : fail(error)))
    server.listen({ path: address }, () => done(server))
  })
}

/** A disk that has no room for an empty file does not stop an ending: the socket alone must do then. */
function openLockFile(stateDir: string, name: string): number | undefined {
  try {
    makeFolder(join(stateDir, 'mutex'))
    return openSync(join(stateDir, 'mutex', name), 'a', 0o600)
  } catch {
    return undefined
  }
}

/** The lock belongs to the open file, which the tool shares with us: it stays ours when the tool has ended. Without the tool there is none. */
function lockFile(fd: number, stateDir: string, name: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn('flock', ['-x', '-w', String(WAIT_S), '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] })
    child.once('error', () => done())
    child.once('exit', (code) => (code === 1 ? fail(busy(stateDir, name)) : done()))
  })
}
