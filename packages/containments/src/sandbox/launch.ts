import { spawn, type ChildProcess } from 'node:child_process'
import { fstatSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { SafechaosError } from '@safechaos/core'
import type { LaunchRequest } from '../containment.ts'
import type { InitArguments } from '../init/spawner.ts'
import { enclosureArgv } from './enclosure-argv.ts'
import type { How } from './how.ts'
import { behindDrop, dropFor } from './drop-root.ts'
import { seccompFilter } from './seccomp.ts'
import { findTool, SYSTEM_PATH } from './tools.ts'

/** The program that runs inside as init: a Node binary and a bundle. Its first argument is `InitArguments` (init/spawner.ts) as JSON. */
export interface InitProgram {
  readonly node: string
  readonly script: string
}

/** An init behind its walls. Standard input and output of `child` are the control lines; both end with the enclosure. */
export interface Walls {
  readonly how: How
  readonly child: ChildProcess
  /** Host pid of the init. */
  readonly initPid: number
  /** Host pid of process 1 of its PID namespace: the kernel ends it last of all inside. */
  readonly firstPid: number
}

/** Descriptor that `request.tapFd` has in the init (`InitArguments.tapFd`). */
export const TAP_FD = 9
/** Where bubblewrap reads its filter; the init has nothing there. */
const FILTER_FD = 3

const FIRST_WORD_MS = 10_000

/**
 * Makes the walls, starts the init in them and waits until it has said something (which stays unread on standard output). Paths inside are
 * the same as outside: labDir and the folders of Node and script (read-only), workDir. A lab run by root is left to another user before
 * anything opens. Everything dies with this process. Tries each way in turn. Throws SC_CONTAINMENT.
 */
export async function launchWalls(request: LaunchRequest, init: InitProgram, ways: readonly How[] = ['bubblewrap', 'unshare']): Promise<Walls> {
  const failures: string[] = []
  for (const how of ways) {
    if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
      failures.push('bubblewrap: not installed')
      continue
    }
    const logFrom = fstatSync(request.logFd).size
    const child = start(request, init, how)
    if (await saysSomething(child)) {
      const firstPid = onlyChild(child.pid)
      const initPid = onlyChild(firstPid)
      if (firstPid !== undefined && initPid !== undefined) return { how, child, initPid, firstPid }
    }
    await end(child)
    failures.push(`${how}: ${logSince(request.logFd, logFrom)}`)
  }
  throw new SafechaosError({ code: 'SC_CONTAINMENT', message: `no enclosure could be opened: ${failures.join('; ')}` })
}

function start(request: LaunchRequest, init: InitProgram, how: How): ChildProcess {
  const initArguments: InitArguments = {
    containment: 'sandbox',
    run: request.run,
    labDir: request.labDir,
    workDir: request.workDir,
    deafAfterMs: request.deafAfterMs,
    tapFd: request.tapFd === undefined ? undefined : TAP_FD,
  }
  const drop = dropFor({ node: init.node, script: init.script, labDir: request.labDir, workDir: request.workDir })
  const filter = how === 'bubblewrap' ? seccompFilter(process.arch) : undefined
  const command = [init.node, init.script, JSON.stringify(initArguments)]
  const argv = behindDrop(drop, enclosureArgv(how, drop.sources, command, filter && FILTER_FD))
  const [file, ...args] = argv
  if (file === undefined) throw new TypeError('an empty command')
  const holes = Array.from({ length: TAP_FD - FILTER_FD - 1 }, () => 'ignore' as const)
  const child = spawn(file, args, {
    cwd: '/',
    env: { PATH: SYSTEM_PATH, LANG: 'C.UTF-8', HOME: '/tmp', SAFECHAOS_RUN: request.run, SAFECHAOS_HOW: how },
    stdio: [
      'pipe',
      'pipe',
      request.logFd,
      filter === undefined ? 'ignore' : 'pipe',
      ...holes,
      ...(request.tapFd === undefined ? [] : [request.tapFd]),
    ],
    ...drop.spawnAs,
  })
  const pipe = child.stdio[FILTER_FD]
  if (filter !== undefined && pipe instanceof Writable) {
    // The walls may fall before it is read: their own end tells.
    pipe.on('error', () => undefined)
    pipe.end(filter)
  }
  return child
}

/** True when there is something to read on standard output; false when the child ended, or stayed silent for too long. */
function saysSomething(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const { stdout } = child
    if (stdout === null) throw new TypeError('standard output must be a pipe')
    const settle = (said: boolean): void => {
      clearTimeout(timer)
      stdout.off('readable', readable)
      child.off('exit', ended)
      child.off('error', ended)
      resolve(said)
    }
    const readable = (): void => settle(stdout.readableLength > 0)
    const ended = (): void => settle(false)
    const timer = setTimeout(ended, FIRST_WORD_MS)
    stdout.on('readable', readable)
    child.once('exit', ended)
    child.once('error', ended)
  })
}

/** The wrapper has one child, process 1 of the enclosure, and that has one child: the init. */
function onlyChild(pid: number | undefined): number | undefined {
  try {
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
    return child > 0 ? child : undefined
  } catch {
    return undefined
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** What was written to the log since, in one line: why the walls did not stand. */
function logSince(logFd: number, from: number): string {
  const text = readFileSync(`/proc/self/fd/${logFd}`).subarray(from).toString('utf8').trim()
  return text === '' ? 'ended without a word' : text.split('\n').slice(-3).join(' ').slice(0, 600)
}
