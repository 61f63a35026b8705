import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { SafechaosError } from '@safechaos/core'
import { cleanEnvironment } from './clean-environment.ts'
import { idOf, isAlive, type ProcessId } from './process-identity.ts'
import { runFolder } from './run-folder.ts'
import { within } from './within.ts'

/** Argument of the reaper program, as JSON. */
export interface ReaperArguments {
  readonly stateDir: string
  readonly run: string
  readonly agent: ProcessId
}

/** The sibling that undoes what this process leaves owed. Should it die first, another is started, a few times. */
export interface Reaper {
  /** Of the one that stands now, or that stood last. */
  readonly id: ProcessId
  /** Whether one stands, by its identity; waits for one that is being started. */
  readonly stands: () => Promise<boolean>
  /** Before the first act: from now on it also looks by itself, every second, whether we live. */
  readonly wake: () => void
  /** Nothing is owed any more: it may go. */
  readonly dismiss: () => void
  /** Called once, when the last is gone and no other is started. */
  readonly onLost: (listener: (why: string) => void) => void
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

/** Starts it. Rejects with SC_AGENT if none stands. */
export async function startReaper(program: string, args: ReaperArguments): Promise<Reaper> {
  const line = new Reapers(program, args)
  return await line.begin()
}

interface Started {
  readonly id: ProcessId
  readonly say: (word: string) => void
}

/** One reaper after the other. */
class Reapers implements Reaper {
  readonly #program: string
  readonly #args: ReaperArguments
  readonly #listeners: ((why: string) => void)[] = []
  #starts = STARTS
  #current: Promise<Started>
  #last: Started | undefined
  #awake = false
  #dismissed = false
  #lost: string | undefined

  constructor(program: string, args: ReaperArguments) {
    this.#program = program
    this.#args = args
    this.#current = this.#start()
  }

  async begin(): Promise<Reaper> {
    await this.#current
    return this
  }

  get id(): ProcessId {
    if (this.#last === undefined) throw failed('it never stood')
    return this.#last.id
  }

  stands = async (): Promise<boolean> => {
    await this.#current.catch(() => undefined)
    return this.#lost === undefined && this.#last !== undefined && isAlive(this.#last.id)
  }

  wake = (): void => {
    this.#awake = true
    this.#last?.say('\n')
  }

  dismiss = (): void => {
    this.#dismissed = true
    this.#last?.say('done\n')
  }

  onLost = (listener: (why: string) => void): void => {
    if (this.#lost === undefined) this.#listeners.push(listener)
    else listener(this.#lost)
  }

  #start(): Promise<Started> {
    this.#starts -= 1
    const starting = startOne(this.#program, this.#args, (how) => this.#next(how)).then((started) => {
      this.#last = started
      if (this.#awake) started.say('\n')
      return started
    })
    starting.catch(() => undefined)
    return starting
  }

  /** The one that stood, or was to stand, is gone. */
  #next(how: string): void {
    if (this.#dismissed || this.#lost !== undefined) return
    if (this.#starts > 0) {
      this.#current = this.#start()
      return
    }
    this.#lost = `the last of ${STARTS} reapers is gone: ${how}`
    for (const listener of this.#listeners.splice(0)) listener(this.#lost)
  }
}

const failed = (why: string): SafechaosError => new SafechaosError({ code: 'SC_AGENT', message: `the reaper does not stand: ${why}` })

/** In a session of its own. Its standard input is our pipe: the kernel closes it when we die, however we die. `ended` is called once, when it is gone. */
function startOne(program: string, args: ReaperArguments, ended: (how: string) => void): Promise<Started> {
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
  const ready = new Promise<Started>((done, fail) => {
    const gone = (how: string): void => {
      fail(failed(how))
      ended(how)
    }
    // A child that could not be started has no exit.
    child.once('error', (error) => (child.pid === undefined ? gone(error.message) : undefined))
    child.once('exit', (code, signal) => gone(`it ended with ${code ?? signal}`))
    child.stdout.once('data', () => {
      const id = child.pid === undefined ? undefined : idOf(child.pid)
      if (id === undefined) fail(failed('it is gone'))
      else done({ id, say: (word) => child.stdin.write(word) })
      child.stdout.destroy()
    })
  })
  return within(ready, READY_MS, () => {
    child.kill('SIGKILL')
    throw failed(`it said nothing for ${READY_MS} ms`)
  })
}
