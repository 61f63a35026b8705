import type { Enclosure } from '@safechaos/containments'
import { type ActRecord, type PlannedStage, type PlannedTarget, SafechaosError } from '@safechaos/core'
import { type ActBook, picked } from './book.ts'
import { type Floors, floorsBroken, liveTargets } from './floors.ts'
import { within } from './within.ts'

const MEMBERS_MS = 2000

/** What goes wrong outside any ask: a later act of a stage could not be made. */
export type OnFailure = (error: Error) => void

/** The stages of one run, as the plan grants them: one after the other, none twice, none left out. Whoever asks sees to it that one is asked for at a time. */
export class Ramp {
  readonly #book: ActBook
  readonly #enclosure: Enclosure
  readonly #stages: readonly PlannedStage[]
  readonly #floors: Floors
  /** Throws if this agent may act no more. */
  readonly #mayAct: () => void
  readonly #onFailure: OnFailure
  #stage = 0
  #timers: NodeJS.Timeout[] = []
  /** Grows when what was planned for later is cancelled, also what waits for the act before it. */
  #round = 0
  /** The newest act of a stage that acts more than once: whoever is chosen next is chosen after it. */
  #before: Promise<void> = Promise.resolve()

  constructor(parts: {
    book: ActBook
    enclosure: Enclosure
    stages: readonly PlannedStage[]
    floors: Floors
    mayAct: () => void
    onFailure: OnFailure
  }) {
    this.#book = parts.book
    this.#enclosure = parts.enclosure
    this.#stages = parts.stages
    this.#floors = parts.floors
    this.#mayAct = parts.mayAct
    this.#onFailure = parts.onFailure
  }

  /**
   * Injects what stage `number` does at its beginning and sets the times of the rest. Throws SC_GRANT for a stage that is not the next one,
   * SC_FLOOR if a floor forbids it. `begin` is called when nothing more stands in the way.
   */
  async inject(number: number, begin: () => void): Promise<ActRecord[]> {
    const stage = this.#stages[number - 1]
    if (stage === undefined || number !== this.#stage + 1) throw new SafechaosError({ code: 'SC_GRANT', message: this.#refusal(number, stage) })
    const begun = performance.now()
    this.cancel()
    const targets = this.#floors.planned.slice(0, stage.targets)
    const members = await this.#checked(targets)
    const first = stage.acts.filter(({ offsetMs }) => offsetMs === 0)
    const now = first.flatMap(({ pick }) => picked(pick, targets, members) ?? [])
    if (first.length > 0 ? now.length === 0 : liveTargets(members, targets).length === 0) {
      throw new SafechaosError({ code: 'SC_FLOOR', message: `none of the targets of stage ${number} is there: hitting nothing proves nothing` })
    }
    this.#stage = number
    begin()
    const known = this.#book.acts.length
    const acts = await this.#book.inject(number, now)
    if (stage.acts.some(({ offsetMs }) => offsetMs > 0)) this.#before = this.#book.settled(known)
    for (const { offsetMs, pick } of stage.acts) {
      if (offsetMs === 0) continue
      const wait = Math.max(0, offsetMs - (performance.now() - begun))
      this.#timers.push(setTimeout(() => this.#later(number, pick, targets), wait))
    }
    return acts
  }

  /** Nothing that was planned for later happens. */
  cancel(): void {
    this.#round += 1
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }

  #refusal(number: number, stage: PlannedStage | undefined): string {
    if (stage === undefined) return `stage ${number} was asked for, and the plan has ${this.#stages.length}`
    return `stage ${number} was asked for after stage ${this.#stage}`
  }

  /** The members now, if no floor forbids to act on these targets. */
  async #checked(targets: readonly PlannedTarget[]): ReturnType<Enclosure['members']> {
    this.#mayAct()
    const members = await within(this.#enclosure.members(), MEMBERS_MS, () => {
      throw new SafechaosError({ code: 'SC_CONTAINMENT', message: `the enclosure did not list its members within ${MEMBERS_MS} ms` })
    })
    const broken = floorsBroken(this.#floors, members, targets)
    const [first] = broken
    if (first !== undefined) throw new SafechaosError({ code: 'SC_FLOOR', message: broken.join('; ') })
    this.#mayAct()
    return members
  }

  /** One after the other: while a victim is dying nobody can tell who is still there, and a death is one act's alone. */
  #later(number: number, pick: PlannedStage['acts'][number]['pick'], targets: readonly PlannedTarget[]): void {
    const round = this.#round
    const act = async (): Promise<void> => {
      if (round !== this.#round) return
      const victim = picked(pick, targets, await this.#checked(targets))
      if (victim === undefined) return
      const known = this.#book.acts.length
      await this.#book.inject(number, [victim])
      await this.#book.settled(known)
    }
    this.#before = this.#before.then(act).catch((error: Error) => this.#onFailure(error))
  }
}
