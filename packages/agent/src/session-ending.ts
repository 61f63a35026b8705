import type { Enclosure } from '@safechaos/containments'
import type { EndCause, Residue, RunState } from '@safechaos/core'
import { endEnclosure, logFailure, putAway } from './after-close.ts'
import type { Chain } from './chain.ts'
import { crashPoint } from './crash-points.ts'
import type { EnvironmentHold } from './environment.ts'
import type { Left } from './outside.ts'
import type { RevertAnswer } from './protocol.ts'
import type { Run } from './run.ts'
import type { EndedFile, RunFolder } from './run-folder.ts'
import type { SessionParts } from './session-parts.ts'
import { tellOnce } from './tell-once.ts'
import { within } from './within.ts'

/** After this long what is not verified gone counts as stuck, whatever is still being tried. */
const REVERT_MS = 60_000
const LAUNCH_MS = 10_000
const DISK_MS = 2000

/** What ends with a session. */
export interface Ended {
  readonly folder: RunFolder
  readonly hold: EnvironmentHold
  readonly chain: Chain
  run(): Run | undefined
  move(to: RunState): void
}

/** How one session ends: the faults are taken back, the enclosure is closed and judged from outside, nothing stays owed. Each happens once, whoever asks for it. */
export class SessionEnding {
  readonly #parts: SessionParts
  readonly #ended: Ended
  readonly #also: ReturnType<typeof tellOnce>
  #first: { readonly cause: EndCause; readonly detail: string; readonly done: Promise<RevertAnswer> } | undefined
  #closing: Promise<Residue> | undefined
  #putAway: Promise<void> | undefined
  constructor(parts: SessionParts, ended: Ended) {
    this.#parts = parts
    this.#ended = ended
    this.#also = tellOnce(parts.say)
  }

  /** Why it ends; undefined while it goes on. */
  get cause(): EndCause | undefined {
    return this.#first?.cause
  }

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /**
   * Ends the run: every fault is taken back and looked at. The first cause wins and is kept; whoever comes later gets the same answer.
   * Unless it was asked for, the controller is told: at once that it ends, and later what came of it.
   */
  end(cause: EndCause, detail: string, asked = false): Promise<RevertAnswer> {
    if (this.#first !== undefined) {
      if (!asked && this.#closing === undefined && cause !== this.#first.cause) this.#also(cause, detail)
      return this.#first.done
    }
    this.#ended.move('reverting')
    const since = performance.now()
    const settled = Promise.withResolvers<RevertAnswer>()
    this.#first = { cause, detail, done: settled.promise }
    // Before anything is refused because of it: whoever hears a refusal knows why.
    if (!asked) this.#parts.say({ word: 'ending', cause, detail })
    void this.#ended.chain.append({ cause, detail }, this.#parts.clock.now())
    const told = (result: RevertAnswer): void => {
      if (!asked) this.#parts.say({ word: 'reverted', result })
      settled.resolve(result)
    }
    void this.#revert(cause, since).then(told)
    return settled.promise
  }

  /** Reverts if need be, ends the enclosure and judges from outside what is left. */
  close(): Promise<Residue> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** The same, and resolves when everything about it is on disk: nothing is owed any more, and the environment is given back. */
  async leave(): Promise<void> {
    await this.close()
    await this.#putAway
  }

  async #revert(cause: EndCause, since: number): Promise<RevertAnswer> {
    const run = this.#ended.run()
    const ends = run === undefined ? [] : await within(run.undo(), REVERT_MS, () => run.unsettled())
    const ms = performance.now() - since
    const stuck = ends.filter(({ end }) => end === 'stuck').map(({ act }) => act.id)
    this.#ended.move(stuck.length > 0 ? 'stuck' : 'clean')
    if (stuck.length > 0) await this.#ended.hold.lock(stuck)
    crashPoint('before-record-delete')
    const verified = ends.filter(({ end }) => end === 'verified').map(({ act }) => act.number)
    if (verified.length > 0) await within(this.#parts.records.remove(verified), DISK_MS, () => undefined).catch(logFailure)
    crashPoint('after-revert')
    return { cause, ms, acts: ends.length, stuck }
  }

  async #close(): Promise<Residue> {
    const { cause, stuck } = await this.end('completed', 'closed', true)
    crashPoint('before-close')
    const enclosure = await within(
      this.#parts.launched.catch(() => undefined),
      LAUNCH_MS,
      () => undefined,
    )
    // The controller has heard of every act before it hears that this is closed.
    const told = within(this.#ended.chain.close(), DISK_MS, () => undefined).catch(logFailure)
    const [residue] = await Promise.all([endEnclosure(enclosure, this.left(enclosure), this.#parts.arguments.stateDir), told])
    this.#ended.move('closed')
    crashPoint('after-close')
    if (residue.found.length > 0) await this.#ended.hold.lock(residue.found.map(({ what }) => what))
    const { arguments: args, clock, reaper, records } = this.#parts
    const ended: EndedFile = { run: args.run, cause, detail: this.#first?.detail ?? '', by: 'agent', stuck, at: clock.now() }
    const isClean = residue.found.length === 0
    // Rehearsals that could not be taken back: with an enclosure that is gone, and seen to be, so are they.
    const settled = isClean ? [0, ...(this.#ended.run()?.rehearsals() ?? [])] : []
    this.#putAway = putAway({ hold: this.#ended.hold, records, settled, file: this.#ended.folder.ended, ended })
      .then(async () => (isClean && stuck.length === 0 ? (await reaper).dismiss() : undefined))
      .catch(logFailure)
    return residue
  }

  /** What must be gone from this machine when the session has ended. */
  left(enclosure: Enclosure | undefined): Left {
    const { owed, arguments: args, self } = this.#parts
    return { run: args.run, bootId: owed.bootId, identity: enclosure?.identity, workDir: owed.workDir, agent: self, spare: [self, args.controller] }
  }
}
