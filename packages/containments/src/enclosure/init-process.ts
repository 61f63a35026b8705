import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { statOf } from '../init/proc.ts'

/** A child that is an init, or the wrapper that ends with it. Its standard input and output are pipes. */
export interface InitProcess {
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when it has ended, with how it did. */
  readonly ended: Promise<string>
  /** SIGKILL; does nothing once it has ended. */
  kill(): void
}

/** A child that another program started in this very process, before it became this one. Node does not know it: it stays a zombie until we end. */
export interface Inherited {
  readonly pid: number
  /** Descriptors of this process: the writing end of its standard input, the reading end of its standard output. */
  readonly stdinFd: number
  readonly stdoutFd: number
}

const LOOK_MS = 50
const SOON_MS = 2

export function spawnedInit(child: ChildProcess): InitProcess {
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new TypeError('the init needs pipes on its standard input and output')
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(`it could not be started: ${error.message}`))
    child.once('exit', (code, signal) => done(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`))
  })
  return { pid: child.pid ?? 0, stdin, stdout, ended, kill: () => void child.kill('SIGKILL') }
}

/** Its end shows by the end of what it prints, and then in /proc. A pid that nobody has waited for cannot become another process. */
export function inheritedInit({ pid, stdinFd, stdoutFd }: Inherited): InitProcess {
  const stdin = new Socket({ fd: stdinFd, readable: false, writable: true })
  const stdout = new Socket({ fd: stdoutFd, readable: true, writable: false })
  const hasEnded = (): boolean => {
    const state = statOf(pid)?.state
    return state === undefined || state === 'Z' || state === 'X'
  }
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  let timer = setInterval(look, LOOK_MS)
  function look(): void {
    if (!hasEnded()) return
    clearInterval(timer)
    resolve('it ended')
  }
  const lookSoon = (): void => {
    clearInterval(timer)
    timer = setInterval(look, SOON_MS)
    look()
  }
  stdout.once('close', lookSoon)
  const kill = (): void => {
    if (hasEnded()) return
    process.kill(pid, 'SIGKILL')
    lookSoon()
  }
  return { pid, stdin, stdout, ended, kill }
}
