import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { SafechaosError } from '@safechaos/core'
import { cleanEnvironment } from './clean-environment.ts'
import { idOf, type ProcessId } from './process-identity.ts'
import { runFolder } from './run-folder.ts'
import { within } from './within.ts'

/** Argument of the reaper program, as JSON. */
export interface ReaperArguments {
  readonly stateDir: string
  readonly run: string
  readonly agent: ProcessId
}

/** The sibling that undoes what this process leaves owed. */
export interface Reaper {
  readonly id: ProcessId
  /** Before the first act: from now on it also looks by itself, every second, whether we live. */
  readonly wake: () => void
  /** Nothing is owed any more: it may go. */
  readonly dismiss: () => void
}

const READY_MS = 5000
const STARTS = 3

/**
 * A shell waits where the reaper will be, since a second Node would slow down every start: a line or the end of its input makes it the
 * reaper, with the same pid, and the word `done` lets it go. `read` takes no more than the line.
 */
const WAIT = `trap '' HUP INT TERM PIPE
echo ready
read -r line
[ "$line" != done ] || exit 0
exec "$@"`

/**
 * Starts the reaper in a session of its own. Its standard input is our pipe: the kernel closes it when we die, however we die. Should the
 * reaper die first, another is started, a few times. Rejects with SC_AGENT if none stands.
 */
export function startReaper(program: string, args: ReaperArguments, starts: number = STARTS): Promise<Reaper> {
  const log = openSync(join(runFolder(args.stateDir, args.run).folder, 'reaper.log'), 'a', 0o600)
  const child = spawn('/bin/sh', ['-c', WAIT, 'sh', process.execPath, program, JSON.stringify(args)], {
    detached: true,
    stdio: ['pipe', 'pipe', log],
    env: cleanEnvironment(),
    cwd: '/',
  }) as ChildProcessByStdio<Writable, Readable, null>
  closeSync(log)
  child.unref()
  child.stdin.on('error', () => undefined)
  child.once('exit', () => {
    if (starts > 1) startReaper(program, args, starts - 1).catch((error: Error) => console.error(error.message))
  })
  const dismiss = (): void => {
    child.removeAllListeners('exit')
    child.stdin.write('done\n')
  }
  const failed = (why: string): SafechaosError => new SafechaosError({ code: 'SC_AGENT', message: `the reaper does not stand: ${why}` })
  const ready = new Promise<Reaper>((done, fail) => {
    child.once('error', (error) => fail(failed(error.message)))
    child.once('exit', (code, signal) => fail(failed(`it ended with ${code ?? signal}`)))
    child.stdout.once('data', () => {
      const id = child.pid === undefined ? undefined : idOf(child.pid)
      if (id === undefined) fail(failed('it is gone'))
      else done({ id, wake: () => child.stdin.write('\n'), dismiss })
      child.stdout.destroy()
    })
  })
  ready.catch(() => undefined)
  return within(ready, READY_MS, () => Promise.reject(failed(`it said nothing for ${READY_MS} ms`)) as never)
}
