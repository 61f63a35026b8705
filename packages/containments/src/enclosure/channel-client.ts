import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { SafechaosError } from '@safechaos/core'
import type { EnclosureEvent } from '../containment.ts'
import type { InitAnswers, InitAsk, InitMessage, InitWord } from '../init/channel.ts'
import { Lines } from '../init/lines.ts'

const LONGEST_WORD = 16 << 20

interface Waiting {
  readonly resolve: (answer: InitAnswers[keyof InitAnswers]) => void
  readonly reject: (error: SafechaosError) => void
  readonly timer: NodeJS.Timeout
}

export interface InitReady {
  /** In the init's own PID namespace. */
  readonly pid: number
  /** Inode. */
  readonly pidNamespace: string
}

/** Asks the init and gives on its events. Every ask has a deadline; when the init is gone, every ask fails at once. */
export class ChannelClient {
  readonly #waiting = new Map<number, Waiting>()
  readonly #input: Writable
  readonly #event: (event: EnclosureEvent) => void
  #next = 1
  #gone: string | undefined
  #ready: ((ready: InitReady) => void) | undefined
  readonly ready: Promise<InitReady>
  constructor(child: ChildProcess, onEvent: (event: EnclosureEvent) => void, onGone: (how: string) => void) {
    const { stdin, stdout } = child
    if (stdin === null || stdout === null) throw new TypeError('the init needs pipes on its standard input and output')
    this.#input = stdin
    this.#event = onEvent
    this.ready = new Promise((resolve) => {
      this.#ready = resolve
    })
    stdin.on('error', () => undefined)
    this.#read(stdout)
    const gone = (how: string): void => {
      if (this.#gone !== undefined) return
      this.#gone = how
      for (const waiting of this.#waiting.values()) this.#refuse(waiting, how)
      this.#waiting.clear()
      onGone(how)
    }
    child.once('error', (error) => gone(`it could not be started: ${error.message}`))
    child.once('exit', (code, signal) => gone(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`))
    if (child.exitCode !== null || child.signalCode !== null) queueMicrotask(() => gone(`it ended: ${child.signalCode ?? `code ${child.exitCode}`}`))
  }

  /** Throws a SafechaosError: what the init says, or SC_CONTAINMENT when it is gone or silent. */
  ask<Kind extends keyof InitAnswers>(ask: InitAsk & { readonly ask: Kind }, withinMs: number): Promise<InitAnswers[Kind]> {
    const id = this.#next
    this.#next += 1
    return new Promise<InitAnswers[keyof InitAnswers]>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new SafechaosError({ code: 'SC_CONTAINMENT', message: `the enclosure's init did not answer "${ask.ask}" within ${withinMs} ms` }))
      }, withinMs)
      const waiting = { resolve, reject, timer }
      if (this.#gone !== undefined) {
        this.#refuse(waiting, this.#gone)
        return
      }
      this.#waiting.set(id, waiting)
      this.#write({ ...ask, id })
    }) as Promise<InitAnswers[Kind]>
  }

  beat(): void {
    if (this.#gone === undefined) this.#write({ ask: 'beat' })
  }

  /** The end of its input ends the init, and everything it has. */
  hangUp(): void {
    this.#input.end()
  }

  #write(message: InitMessage): void {
    this.#input.write(`${JSON.stringify(message)}\n`)
  }

  #read(output: Readable): void {
    const lines = new Lines(LONGEST_WORD, (line) => this.#word(JSON.parse(line) as InitWord))
    output.setEncoding('utf8')
    output.on('data', (text: string) => lines.push(text))
    output.on('error', () => undefined)
  }

  #word(word: InitWord): void {
    if ('word' in word) {
      if (word.word === 'ready') this.#ready?.(word)
      else this.#event(word.event)
      return
    }
    const waiting = this.#waiting.get(word.re)
    if (waiting === undefined) return
    this.#waiting.delete(word.re)
    clearTimeout(waiting.timer)
    if (word.ok) waiting.resolve(word.answer)
    else waiting.reject(new SafechaosError({ code: word.code, message: word.message }))
  }

  #refuse({ timer, reject }: Waiting, how: string): void {
    clearTimeout(timer)
    reject(new SafechaosError({ code: 'SC_CONTAINMENT', message: `the enclosure's init is gone: ${how}` }))
  }
}
