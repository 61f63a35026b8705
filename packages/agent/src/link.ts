import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { bundlePath } from '@safechaos/containments'
import { SafechaosError } from '@safechaos/core'
import { cleanEnvironment } from './clean-environment.ts'
import { makeFolder } from './durable.ts'
import { type AgentArguments, type Answers, type Ask, type AskMessage, START, type Word } from './protocol.ts'
import { ownId } from './process-identity.ts'
import { runFolder } from './run-folder.ts'
import { within } from './within.ts'
import { readLines } from './words.ts'

/** What the agent says of its own accord. */
export type FreeWord = Extract<Word, { readonly word: string }>

/** The controller's side of one agent. */
export interface AgentLink {
  readonly pid: number
  /** JSON lines of `Sample`, as the tap writes them. */
  readonly tapStream: Readable
  /** Resolves when its walls stand. Rejects with what kept them from standing (SC_CONTAINMENT, SC_STATE), or with SC_AGENT if it died. */
  readonly ready: Promise<void>
  /** Asks and waits for the answer. Throws what the agent answered; SC_AGENT if it dies, or says nothing for `deadlineMs`. */
  ask<A extends Ask>(ask: A, deadlineMs?: number): Promise<Answers[A['ask']]>
  /** Every listener hears every word; the first one also those that came before it. */
  onWord(listener: (word: FreeWord) => void): void
  /** Called once, when the agent is gone and `end` was not called before. */
  onGone(listener: (detail: string) => void): void
  /** Ends its input: it takes back what is left, closes and exits. Resolves to whether it was gone within `withinMs`. Idempotent. */
  end(withinMs?: number): Promise<boolean>
  /** Asks it by signal to take everything back and exit; does nothing if it is gone, or never started. */
  stop(): void
  /** For `up`: lets go of it, so that this process may end and it goes on. */
  release(): void
}

/** How long each ask may take, in milliseconds, unless the caller says otherwise: longer than everything in it at its own deadline. */
const DEADLINE_MS = {
  prepare: 120_000,
  open: 330_000,
  tap: 15_000,
  members: 5000,
  walls: 60_000,
  preflight: 60_000,
  inject: 60_000,
  renew: 5000,
  landed: 60_000,
  revert: 65_000,
  snapshot: 60_000,
  restore: 180_000,
  files: 15_000,
  residue: 15_000,
  close: 45_000,
} as const satisfies Record<Ask['ask'], number>
const END_MS = 45_000
const STAND_MS = 60_000

export interface StartOptions {
  /** For tests: a program other than the built agent. */
  readonly program?: readonly string[]
  /** For the crash suite and tests: added to the agent's environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The controller is whoever starts the agent. */
export type StartArguments = Omit<AgentArguments, 'controller'>

interface Pending {
  readonly done: (answer: Answers[keyof Answers]) => void
  readonly fail: (error: Error) => void
}

/**
 * Starts an agent in a session of its own, so that no Ctrl-C meant for us ends it. It launches its enclosure at once; `ask({ ask: 'prepare' })`
 * waits for that. Throws SC_STATE if its part of the state folder cannot be made.
 */
export function startAgent(start: StartArguments, options: StartOptions = {}): AgentLink {
  const args: AgentArguments = { ...start, controller: ownId() }
  const { folder } = runFolder(args.stateDir, args.run)
  makeFolder(folder)
  const log = join(folder, 'agent.log')
  const fd = openSync(log, 'a', 0o600)
  const program = options.program ?? [bundlePath('agent')]
  const child = spawn(process.execPath, [...program, JSON.stringify(args)], {
    detached: true,
    stdio: ['pipe', 'pipe', fd, 'pipe'],
    env: { ...cleanEnvironment(), ...options.environment },
  })
  closeSync(fd)
  return new Link(child, log)
}

class Link implements AgentLink {
  readonly pid: number
  readonly tapStream: Readable
  readonly ready: Promise<void>
  readonly #exited: Promise<string>
  readonly #child: ChildProcess
  readonly #log: string
  readonly #stands = Promise.withResolvers<void>()
  readonly #pending = new Map<number, Pending>()
  readonly #listeners: ((word: FreeWord) => void)[] = []
  #early: FreeWord[] = []
  readonly #mourners: ((detail: string) => void)[] = []
  #next = 1
  #gone: string | undefined
  #ending = false

  constructor(child: ChildProcess, log: string) {
    this.#child = child
    this.#log = log
    this.pid = child.pid ?? 0
    this.tapStream = child.stdio[3] as Readable
    this.tapStream.on('error', () => undefined)
    child.stdin?.on('error', () => undefined)
    this.ready = this.#stands.promise
    this.ready.catch(() => undefined)
    const late = new SafechaosError({ code: 'SC_AGENT', message: `its walls did not stand within ${STAND_MS} ms` })
    setTimeout(() => this.#stands.reject(late), STAND_MS).unref()
    this.#exited = new Promise((done) => {
      const gone = (how: string): void => {
        this.#lose(how)
        done(how)
      }
      child.once('error', (error) => gone(error.message))
      child.once('exit', (code, signal) => gone(signal ?? `exit status ${code}`))
    })
    if (child.stdout !== null)
      readLines(
        child.stdout,
        (line) => this.#hear(line),
        () => undefined,
      )
  }

  async ask<A extends Ask>(ask: A, deadlineMs: number = DEADLINE_MS[ask.ask]): Promise<Answers[A['ask']]> {
    if (this.#gone !== undefined) throw this.#lost(ask.ask, this.#gone)
    const id = this.#next++
    const message: AskMessage = { ...ask, id }
    const answered = new Promise<Answers[keyof Answers]>((done, fail) => this.#pending.set(id, { done, fail }))
    answered.catch(() => undefined)
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`)
    try {
      const silent = new SafechaosError({ code: 'SC_AGENT', message: `the agent did not answer "${ask.ask}" within ${deadlineMs} ms` })
      return (await within(answered, deadlineMs, () => Promise.reject(silent) as never)) as Answers[A['ask']]
    } finally {
      this.#pending.delete(id)
    }
  }

  onWord(listener: (word: FreeWord) => void): void {
    this.#listeners.push(listener)
    for (const word of this.#early.splice(0)) listener(word)
  }

  onGone(listener: (detail: string) => void): void {
    if (this.#gone === undefined) this.#mourners.push(listener)
    else if (!this.#ending) listener(this.#gone)
  }

  async end(withinMs: number = END_MS): Promise<boolean> {
    this.#ending = true
    this.#child.stdin?.end()
    return await within(
      this.#exited.then(() => true),
      withinMs,
      () => false,
    )
  }

  stop(): void {
    this.#child.kill('SIGTERM')
  }

  release(): void {
    this.#child.stdin?.end()
    this.#child.stdout?.destroy()
    this.tapStream.destroy()
    this.#child.unref()
  }

  #hear(line: string): void {
    let word: Word
    try {
      word = JSON.parse(line) as Word
    } catch {
      return
    }
    if ('word' in word) {
      if (word.word === 'ready') this.#stands.resolve()
      if (this.#listeners.length === 0) this.#early.push(word)
      for (const listener of this.#listeners) listener(word)
      return
    }
    const pending = this.#pending.get(word.re)
    if (word.ok) return pending?.done(word.answer)
    const [first, ...more] = word.problems
    const refusal = new SafechaosError(first, { more })
    if (word.re === START) this.#stands.reject(refusal)
    pending?.fail(refusal)
  }

  #lose(how: string): void {
    this.#gone = how
    for (const { fail } of this.#pending.values()) fail(this.#lost('an ask', how))
    this.#pending.clear()
    this.#stands.reject(this.#lost('anything', how))
    if (!this.#ending) for (const mourn of this.#mourners.splice(0)) mourn(this.#lost('anything', how).message)
  }

  #lost(what: string, how: string): SafechaosError {
    const last = lastLine(this.#log)
    return new SafechaosError({
      code: 'SC_AGENT',
      message: `the agent is gone (${how}) and cannot answer ${what}${last === '' ? '' : `; it said: ${last}`}`,
    })
  }
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)?.slice(-300) ?? ''
  } catch {
    return ''
  }
}
