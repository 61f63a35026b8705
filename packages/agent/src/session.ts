import type { Enclosure, EnclosureEvent } from '@safechaos/containments'
import { canMove, type EndCause, isStopped, type Residue, type RunState, SafechaosError, type Seen, type Stack } from '@safechaos/core'
import type { Doing } from './act.ts'
import { logFailure, seenGone } from './after-close.ts'
import { Chain } from './chain.ts'
import { crashPoint } from './crash-points.ts'
import { EnvironmentHold } from './environment.ts'
import { Opening } from './opening.ts'
import { bootId } from './process-identity.ts'
import type { Answers, Ask, RevertAnswer } from './protocol.ts'
import { Run } from './run.ts'
import type { SessionParts } from './session-parts.ts'
import { runFolder } from './run-folder.ts'
import { SessionEnding } from './session-ending.ts'

type Open = Extract<Ask, { ask: 'open' }>

const BACK_OFF_MS = [0, 100, 300, 900]

/** One enclosure and the run in it: what the agent does when it is asked, and what it must do by itself. */
export class Session {
  readonly #parts: SessionParts
  readonly #hold: EnvironmentHold
  readonly #chain: Chain
  readonly #opening: Opening
  #enclosure: Enclosure | undefined
  #run: Run | undefined
  #state: RunState = 'planned'
  #gone: Promise<Seen> | undefined
  #isOpen = false
  readonly #ending: SessionEnding

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { stateDir, run } = parts.arguments
    const folder = runFolder(stateDir, run)
    this.#hold = new EnvironmentHold(stateDir, { run, agent: parts.self })
    this.#opening = new Opening(parts, this.#hold, () => this.#assertGoing())
    // That none came up at all is told by whoever waits for it.
    parts.reaper.then(
      (reaper) => reaper.onLost((why) => this.#withoutReaper(why)),
      () => undefined,
    )
    this.#chain = new Chain(folder.chain, ({ body, seq, digest }) => {
      if ('act' in body) parts.say({ word: 'act', act: body.act, seq, head: digest })
    })
    this.#ending = new SessionEnding(parts, {
      folder,
      hold: this.#hold,
      chain: this.#chain,
      run: () => this.#run,
      move: (to) => this.#move(to),
    })
  }

  /** Launch is done: from now on the enclosure is heard. */
  adopt(enclosure: Enclosure): void {
    this.#enclosure = enclosure
    enclosure.on((event) => this.#hear(event))
  }

  /** Hands the stack over, which starts nothing; see `Opening.prepare`. */
  prepare(stack: Stack, stackDir: string): Promise<void> {
    return this.#opening.prepare(stack, stackDir)
  }

  /** Starts the services when plan and environment are granted. Throws what `Opening.grant` throws, SC_STACK, SC_CONTAINMENT. */
  async open({ planned }: Open): Promise<Answers['open']> {
    const { containment, arguments: args, records, owed } = this.#parts
    const { enclosure, checked, reaper, epoch } = await this.#opening.grant(planned)
    // The enclosure is owed already; by its identity it is found more surely.
    const identified = records.write([{ number: 0, owed: { ...owed, identity: enclosure.identity } }])
    await Promise.all([enclosure.start(), identified])
    this.#assertGoing()
    this.#move('open')
    if (planned !== undefined && checked !== undefined) {
      const doing = this.#doing(enclosure)
      const spared = (): number[] => [process.pid, args.controller.pid, reaper.id.pid]
      const mayAct = (): void => this.#assertMayAct()
      const end = (reason: { readonly cause: EndCause; readonly detail: string }): void => void this.end(reason.cause, reason.detail)
      this.#run = new Run({
        plan: planned.plan,
        checked,
        doing,
        mark: markOf(args.run),
        containment,
        enclosure,
        clock: this.#parts.clock,
        spared,
        mayAct,
        end,
      })
    }
    crashPoint('after-open')
    const members = await enclosure.members()
    this.#isOpen = true
    return { members, identity: enclosure.identity, weaker: containment.weaker, epoch }
  }

  /** True once `open` has nothing left to do but to be answered. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The enclosure that stands open. Throws SC_GRANT before that, SC_ENDED when it is being closed or has ended. */
  get enclosure(): Enclosure {
    this.#assertStands()
    if (this.#enclosure === undefined || !this.#opening.isAsked) throw new SafechaosError({ code: 'SC_GRANT', message: 'nothing is open yet' })
    return this.#enclosure
  }

  /** The run that was opened with a plan. Throws SC_GRANT without one. */
  get run(): Run {
    if (this.#run === undefined) throw new SafechaosError({ code: 'SC_GRANT', message: 'no plan was opened' })
    return this.#run
  }

  changedFiles(): Promise<readonly string[]> {
    return this.#opening.changedFiles()
  }

  /** Looks inside. Throws SC_ENDED also if the enclosure began to end meanwhile: services that end with it are none that the run broke. */
  async residue(): Promise<Residue> {
    const { enclosure } = this
    try {
      return await enclosure.residue()
    } finally {
      this.#assertStands()
    }
  }

  async inject(stage: number): Promise<Answers['inject']> {
    const run = this.run
    if (stage === 1) await this.#wakeReaper()
    this.#assertMayAct()
    this.#move('injecting')
    try {
      return { acts: await run.inject(stage) }
    } finally {
      // Also after a refusal: what may be in is reverted, however sure we are that nothing is.
      if (!isStopped(this.#state)) this.#move('holding')
    }
  }

  /** Without one that stands nothing is injected: it could outlive us. */
  async #wakeReaper(): Promise<void> {
    const reaper = await this.#parts.reaper
    if (await reaper.stands()) reaper.wake()
    else void this.end('error', 'no reaper stands that would clean up after this agent')
  }

  /** Tells the enclosure that its agent lives. */
  beat(): void {
    this.#enclosure?.beat()
  }

  /** Looks whether the run is over by its own rules. */
  tick(): void {
    const over = isStopped(this.#state) ? undefined : this.#run?.over()
    if (over !== undefined) void this.end(over.cause, over.detail)
  }

  /** See `SessionEnding.end`. */
  end(cause: EndCause, detail: string, asked = false): Promise<RevertAnswer> {
    return this.#ending.end(cause, detail, asked)
  }

  /** See `SessionEnding.close`. */
  close(): Promise<Residue> {
    return this.#ending.close()
  }

  /** See `SessionEnding.leave`. */
  leave(): Promise<void> {
    return this.#ending.leave()
  }

  #hear(event: EnclosureEvent): void {
    this.#parts.say({ word: 'enclosure', event })
    if (event.event === 'self-undone')
      void this.end('lease-lost', `the enclosure heard nothing of its agent and took back ${event.acts.join(', ')} by itself`)
    if (event.event !== 'ended' || this.#ending.isClosing) return
    this.#gone ??= seenGone(this.#ending.left(this.#enclosure))
    void this.end('error', `the enclosure ended by itself: ${event.detail}`)
  }

  /** A fault may no longer outlive this agent. What is only held (`up`) is nothing that anybody has to take back. */
  #withoutReaper(why: string): void {
    logFailure(why)
    if (!this.#parts.arguments.detached) void this.end('error', why)
  }

  #doing(enclosure: Enclosure): Doing {
    const { records, clock, arguments: args, self } = this.#parts
    const owed = { version: 1, run: args.run, agent: self, bootId: bootId(), environment: this.#hold.name, identity: enclosure.identity } as const
    return {
      enclosure,
      records,
      chain: this.#chain,
      clock,
      stopped: () => isStopped(this.#state),
      gone: () => this.#gone,
      backOffMs: this.#parts.backOffMs ?? BACK_OFF_MS,
      owed,
    }
  }

  /** Throws SC_GRANT for a move that does not exist. */
  #move(to: RunState): void {
    if (!canMove(this.#state, to)) throw new SafechaosError({ code: 'SC_GRANT', message: `a run that is ${this.#state} cannot become ${to}` })
    this.#state = to
  }

  #assertGoing(): void {
    if (isStopped(this.#state)) throw new SafechaosError({ code: 'SC_ENDED', message: `the run was stopped: ${this.#ending.cause}` })
  }

  #assertStands(): void {
    if (this.#ending.isClosing) throw new SafechaosError({ code: 'SC_ENDED', message: 'the enclosure is being closed' })
    if (this.#gone !== undefined) throw new SafechaosError({ code: 'SC_ENDED', message: 'the enclosure has ended' })
  }

  #assertMayAct(): void {
    this.#assertGoing()
    this.#hold.assertHeld()
  }
}

/** Begins every name of this run: `sc_` and the last letters and digits of its id. */
function markOf(run: string): string {
  return `sc_${run.replace(/[^A-Za-z0-9]/g, '').slice(-10)}`
}
