import type { EnclosureEvent } from '../containment.ts'
import { Acts } from './acts.ts'
import type { InitAnswers, InitAsk } from './channel.ts'
import { Refusal } from './channel.ts'
import { findResidue } from './residue.ts'
import { runCommand } from './run-command.ts'
import { Services } from './services.ts'
import { holdStill } from './signal-step.ts'
import type { InitArguments, KernelPicture, Spawner } from './spawner.ts'
import type { StepHouse } from './steps.ts'
import { Stops } from './stops.ts'
import { TapRunner } from './tap-runner.ts'

const END_GRACE_MS = 300

/** The first process of an enclosure: it has the services, executes what it is asked, and ends everything when its input ends. */
export class Init {
  readonly #services: Services
  readonly #acts: Acts
  readonly #house: StepHouse
  readonly #tap: TapRunner
  readonly #spawner: Spawner
  /** Taken before the first act; the residue scan compares with it. */
  #before: Promise<KernelPicture> | undefined
  #ending: Promise<void> | undefined
  constructor(args: InitArguments, spawner: Spawner, emit: (event: EnclosureEvent) => void) {
    this.#spawner = spawner
    this.#tap = new TapRunner(args.run, spawner, args.tapFd, (line) => emit({ event: 'log', at: Date.now(), service: 'tap', stream: 'err', line }))
    this.#services = new Services(args.run, spawner, {
      event: (service, state, detail) => {
        emit({ event: 'service', at: Date.now(), service, state, detail })
        if (state === 'up') this.#tap.roots(this.#services.roots())
      },
      log: (service, stream, line) => emit({ event: 'log', at: Date.now(), service, stream, line }),
      seen: (service, line) => this.#tap.printed(service, line),
    })
    const floors = new Set([0, 1, process.pid, process.ppid])
    this.#house = {
      spawner,
      services: this.#services,
      stops: new Stops(),
      killed: new Set(),
      isFloor: (pid) => floors.has(pid) || pid === this.#tap.pid,
    }
    this.#acts = new Acts(this.#house, args.deafAfterMs, (acts) => emit({ event: 'self-undone', at: Date.now(), acts }))
    this.#acts.watch()
  }

  heard(): void {
    this.#acts.heard()
  }

  async answer(ask: Exclude<InitAsk, { ask: 'beat' }>): Promise<InitAnswers[keyof InitAnswers]> {
    switch (ask.ask) {
      case 'prepare':
        return { addresses: await this.#services.prepare(ask.stack, ask.stackDir) }
      case 'start':
        await this.#services.start()
        return {}
      case 'members':
        return { members: this.#services.members() }
      case 'arm':
        await this.#picture()
        this.#acts.arm(ask.act, ask.target, ask.undo)
        return {}
      case 'run':
        await this.#picture()
        return { result: await this.#acts.run(ask.act, ask.target, ask.step) }
      case 'look':
        return { seen: await this.#acts.look(ask.act, ask.target, ask.look) }
      case 'disarm':
        this.#acts.disarm(ask.act)
        return {}
      case 'tap':
        this.#tap.start(ask.program, ask.config, this.#services)
        return {}
      case 'hostile':
        return { output: await this.#hostile(ask.script, ask.args, ask.timeoutMs) }
      case 'snapshot':
        return { detail: await this.#snapshot() }
      case 'restore':
        return { detail: await this.#restore() }
      case 'residue':
        return { residue: await findResidue(await this.#before, this.#house, this.#acts.all) }
      case 'end':
        await this.end(END_GRACE_MS)
        return {}
    }
  }

  /** Ends services, held children and tap, and sweeps up. Idempotent. */
  end(graceMs: number): Promise<void> {
    this.#ending ??= this.#end(graceMs)
    return this.#ending
  }

  async #end(graceMs: number): Promise<void> {
    this.#acts.releaseAll()
    this.#tap.end()
    if (graceMs === 0) this.#services.killAll()
    else await this.#services.stopAll(graceMs)
    await this.#spawner.sweep()
  }

  async #picture(): Promise<void> {
    this.#before ??= this.#spawner.kernel()
    await this.#before
  }

  async #snapshot(): Promise<string> {
    const goOn = await holdStill(this.#services.all, this.#house.stops)
    try {
      return await this.#spawner.snapshot()
    } finally {
      goOn()
    }
  }

  async #restore(): Promise<string> {
    await this.#services.stopAll(END_GRACE_MS)
    const detail = await this.#spawner.restore()
    await this.#services.restoreAll()
    return detail
  }

  /** A hostile program gets exactly what a service has: it runs in the namespaces of the one with the most volumes, since walls differ by these alone. */
  async #hostile(script: string, args: readonly string[], timeoutMs: number): Promise<string> {
    const running = this.#services.all.filter((replica) => replica.main !== undefined)
    const host = running.toSorted((a, b) => b.service.volumes.length - a.service.volumes.length)[0]
    if (host?.main === undefined) throw new Refusal('SC_CONTAINMENT', 'no service runs whose walls could be tried')
    const argv = [process.execPath, '-e', script, '--', ...args]
    const command = this.#spawner.inTarget(host.id, host.main.pid, argv, { PATH: '/usr/bin:/bin', HOME: '/tmp' })
    if ('refused' in command) throw new Refusal('SC_UNREACHABLE', command.refused)
    const { out, err, status, why } = await runCommand(command, timeoutMs)
    if (status !== 0)
      throw new Refusal('SC_CONTAINMENT', `the hostile program ${why || `exited with ${status}`}${err === '' ? '' : `: ${err.slice(0, 300)}`}`)
    return out
  }
}
