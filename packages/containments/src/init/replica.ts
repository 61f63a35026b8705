import type { ChildProcess } from 'node:child_process'
import type { Service, Signal } from '@safechaos/core'
import type { Member } from '../containment.ts'
import { exitText } from './exit-text.ts'
import { HealthMonitor } from './health.ts'
import { killQuietly } from './kill-quietly.ts'
import { followOutput } from './output.ts'
import { commandLineOf, identityOf, isAlive, isHeld, type ProcessIdentity } from './proc.ts'
import type { ReplicaHouse } from './replica-house.ts'
import { endGroup, runCommand } from './run-command.ts'
import { startCommand } from './start-command.ts'
import { until } from './until.ts'

const FIRST_BACK_OFF_MS = 100
const LONGEST_BACK_OFF_MS = 5000
/** A process that lived this long was well: the next back-off starts from the beginning. */
const WELL_AFTER_MS = 10_000
const MAIN_WITHIN_MS = 5000
const WRAPPER_ENDS_WITHIN_MS = 1000

/** One replica of a service: started, restarted by its policy, asked for its health, and remembered as it was wanted before a run touched it. */
export class Replica {
  readonly id: string
  readonly service: Service
  readonly address: string
  state: Member['state'] = 'stopped'
  restarts = 0
  /** How its last process ended, in words. */
  ending = ''
  /** It ended with a failure, without a step's doing. */
  failedByItself = false
  #child: ChildProcess | undefined
  #main: ProcessIdentity | undefined
  /** What the stack wants of it, whatever a fault did. */
  #desired: 'running' | 'stopped' = 'stopped'
  /** A step stopped it; no policy starts it. */
  #heldDown = false
  /** A step sent it a signal that may end it; an exit is then not its own doing. */
  #struck = false
  #retry: NodeJS.Timeout | undefined
  #backOffMs = FIRST_BACK_OFF_MS
  #began = 0
  #health: HealthMonitor | undefined
  readonly #house: ReplicaHouse
  constructor(service: Service, id: string, address: string, house: ReplicaHouse) {
    this.service = service
    this.id = id
    this.address = address
    this.#house = house
  }

  /** Its own child, not reaped yet: that pid cannot have been given to another process. */
  get child(): number | undefined {
    const child = this.#child
    return child !== undefined && child.exitCode === null && child.signalCode === null ? child.pid : undefined
  }

  get main(): ProcessIdentity | undefined {
    return this.child !== undefined && this.#main !== undefined && isAlive(this.#main) ? this.#main : undefined
  }

  /** Whether it could print anything now: it is there, and nobody has stopped it. */
  get canPrint(): boolean {
    const main = this.main
    return this.child !== undefined && (main === undefined || !isHeld(main))
  }

  /** The pids that a step may hit, the main one first. */
  processes(): readonly number[] {
    const child = this.child
    return child === undefined ? [] : this.#house.spawner.processesOf(this.id, child)
  }

  member(): Member {
    const commandLines = this.processes().map((pid) => ({ pid, commandLine: commandLineOf(pid) }))
    return {
      id: this.id,
      service: this.service.name,
      state: this.state,
      restarts: this.restarts,
      pid: this.main?.pid,
      address: this.address,
      commandLines,
    }
  }

  /** Starts it if it does not run, and waits until its main process is there. */
  async start(): Promise<void> {
    this.#desired = 'running'
    await this.#run()
  }

  /** A step is about to send a signal that may end it. */
  strike(): void {
    this.#struck = true
  }

  /** Down until `startAgain` or `restore`; the stack's wish stays what it was. */
  async stop(graceMs: number): Promise<void> {
    this.#heldDown = true
    await this.#end(graceMs)
  }

  async startAgain(): Promise<void> {
    this.#heldDown = false
    await this.#run()
  }

  /** Gives back what the stack wanted before a run touched it. */
  async restore(): Promise<void> {
    this.#heldDown = false
    if (this.#desired === 'running') await this.#run()
    else await this.#end(500)
  }

  /** As the stack wants it, or not so by its own doing: that is for the hypothesis to judge. */
  asDesired(): { readonly yes: boolean; readonly detail: string } {
    const alive = this.main !== undefined
    if (this.#desired === 'stopped') return { yes: !alive, detail: `${this.id} is ${this.state}, and is wanted stopped` }
    if (alive) return { yes: true, detail: `${this.id} is ${this.state}` }
    const byItself = this.#retry !== undefined && !this.#struck && !this.#heldDown
    return {
      yes: byItself,
      detail: byItself ? `${this.id} ends by itself and is started again by its policy` : `${this.id} is ${this.state}, and is wanted running`,
    }
  }

  /** Ends it: SIGTERM, after the grace SIGKILL. Waits until it is gone. */
  async #end(graceMs: number): Promise<void> {
    clearTimeout(this.#retry)
    this.#retry = undefined
    const child = this.#child
    if (this.child === undefined || child === undefined) {
      this.state = 'stopped'
      return
    }
    this.#struck = true
    this.#signalMain('SIGCONT')
    if (graceMs > 0) {
      this.#signalMain('SIGTERM')
      await until(() => this.child === undefined, graceMs)
    }
    this.kill()
    await until(() => this.child === undefined, 2000)
    this.state = 'stopped'
  }

  /** SIGKILL to everything it has, at once. */
  kill(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#health?.end()
    const child = this.child
    if (child === undefined) return
    for (const pid of this.processes()) killQuietly(pid, 'SIGKILL')
    endGroup(child)
  }

  #signalMain(signal: Signal): void {
    const main = this.main
    if (main !== undefined) killQuietly(main.pid, signal)
  }

  async #run(): Promise<void> {
    // A wrapper ends a moment after what it wraps.
    if (this.#main !== undefined && this.main === undefined && !(await until(() => this.child === undefined, WRAPPER_ENDS_WITHIN_MS))) this.kill()
    clearTimeout(this.#retry)
    this.#retry = undefined
    if (this.child === undefined) this.#spawn()
    await until(() => this.#main !== undefined || this.child === undefined, MAIN_WITHIN_MS)
  }

  #spawn(): void {
    const { spawner } = this.#house
    const command = spawner.service(this.service, this.id, this.#house.environmentOf(this.service, this.id))
    this.#struck = false
    this.failedByItself = false
    this.#main = undefined
    this.#began = performance.now()
    this.#become('starting', '')
    const child = startCommand(command, 'ignore')
    this.#child = child
    followOutput(child, {
      seen: (line) => this.#house.seen(this.service.name, line),
      kept: (stream, line) => this.#house.log(this.id, stream, line),
    })
    child.once('error', (error) => this.#exited(child, `could not be started: ${error.message}`, false))
    child.once('exit', (code, signal) => this.#exited(child, exitText(code, signal), code === 0))
    void this.#awaitMain(child)
  }

  async #awaitMain(child: ChildProcess): Promise<void> {
    const isOver = (): boolean => this.#child !== child || this.child === undefined
    const found: ProcessIdentity[] = []
    const look = (): boolean => {
      const main = identityOf(this.#house.spawner.mainOf(this.id, child.pid ?? 0) ?? 0)
      return main !== undefined && found.push(main) > 0
    }
    await until(() => isOver() || look(), MAIN_WITHIN_MS)
    const [main] = found
    if (main === undefined || isOver()) return
    this.#main = main
    this.#become('up', `pid ${main.pid}`)
    this.#watchHealth(main.pid)
  }

  #watchHealth(main: number): void {
    const { health } = this.service
    if (health === undefined) return
    const test = async (): Promise<boolean> => {
      const command = this.#house.spawner.asService(this.id, main, health.test, this.#house.environmentOf(this.service, this.id))
      return 'argv' in command && (await runCommand(command, health.timeoutMs)).status === 0
    }
    this.#health?.end()
    this.#health = new HealthMonitor(health, test, (healthy) =>
      this.#become(healthy ? 'healthy' : 'unhealthy', healthy ? '' : `${health.retries} checks failed in a row`),
    )
  }

  #exited(child: ChildProcess, how: string, well: boolean): void {
    if (this.#child !== child) return
    this.#health?.end()
    if (child.pid !== undefined) {
      for (const pid of this.#house.spawner.processesOf(this.id, child.pid)) killQuietly(pid, 'SIGKILL')
    }
    this.#main = undefined
    this.ending = how
    this.failedByItself = !well && !this.#struck
    this.#become('exited', how)
    const policy = this.service.restart
    const again = this.#desired === 'running' && !this.#heldDown && (policy === 'always' || (policy === 'on-failure' && !well))
    if (again) this.#startLater()
    else if (!this.#struck && !this.#heldDown) this.#desired = 'stopped'
  }

  #startLater(): void {
    if (performance.now() - this.#began > WELL_AFTER_MS) this.#backOffMs = FIRST_BACK_OFF_MS
    const pause = this.#backOffMs
    this.#backOffMs = Math.min(pause * 2, LONGEST_BACK_OFF_MS)
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.restarts += 1
      this.#spawn()
    }, pause)
  }

  #become(state: 'starting' | 'up' | 'healthy' | 'unhealthy' | 'exited', detail: string): void {
    this.state = state
    this.#house.event(this.id, state, detail)
  }
}
