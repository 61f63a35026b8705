import { type ChildProcess, spawn } from 'node:child_process'
import { BOUNDS } from '@safechaos/core'
import type { TapConfig } from '../containment.ts'
import { Lines } from './lines.ts'
import { LogCounts } from './log-counts.ts'
import { endGroup } from './run-command.ts'
import type { Services } from './services.ts'
import type { Spawner } from './spawner.ts'

/** Beyond this much that the tap did not read, counts are left out: a tap that hangs must not make its init grow. */
const MOST_UNREAD = 64 << 10

/** The tap as the init sees it: a child that is told of hosts, main processes and log lines, and that no step can hit. */
export class TapRunner {
  #child: ChildProcess | undefined
  #counts = new LogCounts([])
  #pulse: NodeJS.Timeout | undefined
  readonly #run: string
  readonly #spawner: Spawner
  readonly #tapFd: number | undefined
  readonly #said: (line: string) => void
  constructor(run: string, spawner: Spawner, tapFd: number | undefined, said: (line: string) => void) {
    this.#run = run
    this.#spawner = spawner
    this.#tapFd = tapFd
    this.#said = said
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(program: string, config: TapConfig, services: Pick<Services, 'hosts' | 'roots' | 'isAlive'>): void {
    this.end()
    const command = this.#spawner.tap([process.execPath, program], { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', SAFECHAOS_RUN: this.#run })
    const [file = '', ...args] = command.argv
    const child = spawn(file, args, {
      cwd: command.cwd,
      env: command.environment,
      stdio: ['pipe', 'ignore', 'pipe', this.#tapFd ?? 'ignore'],
      detached: true,
    })
    this.#child = child
    const lines = new Lines(2000, this.#said)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(text))
    child.stdin?.on('error', () => undefined)
    child.once('error', (error) => this.#said(`the tap did not start: ${error.message}`))
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#said(`the tap ended: ${signal ?? `code ${code}`}`)
    })
    this.#write({ config, hosts: services.hosts(), roots: services.roots() })
    this.#counts = new LogCounts(config.signals)
    if (!this.#counts.isEmpty) this.#pulse = setInterval(() => this.#tellCounts((service) => services.isAlive(service)), BOUNDS.countsMs)
  }

  /** A service printed a line. */
  printed(service: string, line: string): void {
    this.#counts.seen(service, line)
  }

  roots(roots: Readonly<Record<string, number>>): void {
    if (this.#child !== undefined) this.#write({ roots })
  }

  end(): void {
    const child = this.#child
    this.#child = undefined
    clearInterval(this.#pulse)
    endGroup(child?.pid)
  }

  #tellCounts(isAlive: (service: string) => boolean): void {
    if ((this.#child?.stdin?.writableLength ?? 0) > MOST_UNREAD) return
    this.#write({ at: Date.now(), ms: performance.now(), printed: this.#counts.now(isAlive) })
  }

  #write(line: unknown): void {
    this.#child?.stdin?.write(`${JSON.stringify(line)}\n`)
  }
}
