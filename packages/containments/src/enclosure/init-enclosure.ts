import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  type CheckLine,
  type Facts,
  type Look,
  messageOf,
  type PlannedTarget,
  type Residue,
  SafechaosError,
  type Seen,
  type Stack,
  type Step,
  type Wall,
} from '@safechaos/core'
import { bundlePath } from '../bundles.ts'
import type { Enclosure, EnclosureEvent, EnclosureIdentity, LaunchRequest, Member, StepResult, TapConfig } from '../containment.ts'
import { identityOf, isAlive, type ProcessIdentity } from '../init/proc.ts'
import { until } from '../init/until.ts'
import { ChannelClient } from './channel-client.ts'
import { fitnessOf } from './fitness.ts'
import { removeFolder } from './remove-folder.ts'
import { tryWalls } from './walls.ts'

const READY_WITHIN_MS = 10_000
const SHORT_MS = 5000
/** Beyond a step's own deadline: what the way to and from the init may cost on a busy machine. */
const SLACK_MS = 1500
const PREPARE_WITHIN_MS = 75_000
const START_WITHIN_MS = 180_000
const COPY_WITHIN_MS = 60_000
const END_WITHIN_MS = 1000
const GONE_WITHIN_MS = 3000

/** An init that was started behind its walls. Its standard input and output are pipes; the init ends with them. */
export interface StartedInit {
  /** The init itself, or a wrapper that ends with it. */
  readonly child: ChildProcess
  /** The init's pid as this process sees it. */
  readonly initPid: number
  /** A process that ends after everything else inside, where there is one; `child` may end before it. */
  readonly firstPid?: number
}

/** An enclosure as the agent sees it: everything inside is done by its init, over one channel. */
export class InitEnclosure implements Enclosure {
  readonly identity: EnclosureIdentity
  readonly #child: ChildProcess
  readonly #channel: ChannelClient
  readonly #listeners: ((event: EnclosureEvent) => void)[]
  readonly #labDir: string
  readonly #init: ProcessIdentity | undefined
  readonly #first: ProcessIdentity | undefined
  #addresses: Readonly<Record<string, string>> = {}
  #closing: Promise<void> | undefined
  readonly #end: { asked: boolean }

  private constructor(parts: {
    child: ChildProcess
    channel: ChannelClient
    listeners: ((event: EnclosureEvent) => void)[]
    identity: EnclosureIdentity
    init: ProcessIdentity | undefined
    first: ProcessIdentity | undefined
    labDir: string
    end: { asked: boolean }
  }) {
    this.#child = parts.child
    this.#channel = parts.channel
    this.#listeners = parts.listeners
    this.identity = parts.identity
    this.#init = parts.init
    this.#first = parts.first
    this.#labDir = parts.labDir
    this.#end = parts.end
  }

  /** Waits for the init's first word. Throws SC_CONTAINMENT if it does not come; then nothing is left running. */
  static async open(containment: EnclosureIdentity['containment'], request: LaunchRequest, started: StartedInit): Promise<InitEnclosure> {
    const listeners: ((event: EnclosureEvent) => void)[] = []
    const end = { asked: false }
    let fail: (error: SafechaosError) => void = () => undefined
    const failed = new Promise<never>((_, reject) => {
      fail = reject
    })
    failed.catch(() => undefined)
    const emit = (event: EnclosureEvent): void => {
      for (const listener of listeners) listener(event)
    }
    const channel = new ChannelClient(started.child, emit, (how) => {
      fail(new SafechaosError({ code: 'SC_CONTAINMENT', message: `the init of the enclosure did not come up: ${how}` }))
      if (!end.asked) emit({ event: 'ended', at: Date.now(), detail: how })
    })
    const timer = setTimeout(() => {
      fail(new SafechaosError({ code: 'SC_CONTAINMENT', message: `the init of the enclosure said nothing within ${READY_WITHIN_MS} ms` }))
    }, READY_WITHIN_MS)
    try {
      const { pidNamespace } = await Promise.race([channel.ready, failed])
      const { initPid } = started
      const init = identityOf(initPid)
      const first = started.firstPid === undefined ? undefined : identityOf(started.firstPid)
      const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      const identity = { containment, run: request.run, bootId, initPid, initStart: init?.start ?? '', pidNamespace, workDir: request.workDir }
      return new InitEnclosure({ child: started.child, channel, listeners, identity, init, first, labDir: request.labDir, end })
    } catch (error) {
      end.asked = true
      started.child.kill('SIGKILL')
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async prepare(stack: Stack, stackDir: string): Promise<void> {
    const { addresses } = await this.#channel.ask({ ask: 'prepare', stack, stackDir }, PREPARE_WITHIN_MS)
    this.#addresses = addresses
  }

  async start(): Promise<void> {
    await this.#channel.ask({ ask: 'start' }, START_WITHIN_MS)
  }

  async members(): Promise<readonly Member[]> {
    return (await this.#channel.ask({ ask: 'members' }, SHORT_MS)).members
  }

  facts(target: PlannedTarget): Facts {
    const [first, second] = target.members
    const address = first === undefined ? undefined : this.#addresses[first]
    const peerAddress = second === undefined ? undefined : this.#addresses[second]
    return {
      ...(first === undefined ? {} : { service: first }),
      ...(address === undefined ? {} : { address }),
      ...(peerAddress === undefined ? {} : { peerAddress }),
    }
  }

  async arm(act: string, target: PlannedTarget, undo: readonly Step[]): Promise<void> {
    await this.#channel.ask({ ask: 'arm', act, target, undo }, SHORT_MS)
  }

  async run(act: string, target: PlannedTarget, step: Step): Promise<StepResult> {
    try {
      return (await this.#channel.ask({ ask: 'run', act, target, step }, step.deadlineMs + SLACK_MS)).result
    } catch (error) {
      return { ok: false, code: 'SC_STEP', detail: messageOf(error) }
    }
  }

  async look(act: string, target: PlannedTarget, look: Look): Promise<Seen> {
    try {
      return (await this.#channel.ask({ ask: 'look', act, target, look }, look.deadlineMs + SLACK_MS)).seen
    } catch (error) {
      return { seen: 'unknown', detail: messageOf(error) }
    }
  }

  async disarm(act: string): Promise<void> {
    await this.#channel.ask({ ask: 'disarm', act }, SHORT_MS)
  }

  beat(): void {
    this.#channel.beat()
  }

  async tap(config: TapConfig): Promise<void> {
    await this.#channel.ask({ ask: 'tap', config, program: bundlePath('tap') }, SHORT_MS)
  }

  walls(): Promise<readonly Wall[]> {
    const hostile = async (script: string, args: readonly string[], timeoutMs: number) =>
      (await this.#channel.ask({ ask: 'hostile', script, args, timeoutMs }, timeoutMs + SLACK_MS)).output
    return tryWalls(this.#labDir, hostile)
  }

  async snapshot(): Promise<string> {
    return (await this.#channel.ask({ ask: 'snapshot' }, COPY_WITHIN_MS)).detail
  }

  async restore(): Promise<string> {
    return (await this.#channel.ask({ ask: 'restore' }, COPY_WITHIN_MS)).detail
  }

  async residue(): Promise<Residue> {
    return (await this.#channel.ask({ ask: 'residue' }, SHORT_MS)).residue
  }

  fitness(): Promise<readonly CheckLine[]> {
    return fitnessOf(this.identity.workDir)
  }

  on(listener: (event: EnclosureEvent) => void): void {
    this.#listeners.push(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#end.asked = true
    await this.#channel.ask({ ask: 'end' }, END_WITHIN_MS).catch(() => undefined)
    this.#channel.hangUp()
    // The inner process, so that a wrapper around it can reap what was inside.
    if (this.#init !== undefined && isAlive(this.#init)) kill(this.#init.pid)
    if (!(await this.#exited(GONE_WITHIN_MS))) {
      this.#child.kill('SIGKILL')
      await this.#exited(GONE_WITHIN_MS)
    }
    const first = this.#first
    if (first !== undefined) await until(() => !isAlive(first), GONE_WITHIN_MS)
    await removeFolder(this.identity.workDir)
  }

  async #exited(withinMs: number): Promise<boolean> {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return true
    return once(this.#child, 'exit', { signal: AbortSignal.timeout(withinMs) }).then(
      () => true,
      () => false,
    )
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}
