import type { Containment, Enclosure } from '@safechaos/containments'
import { type ActRecord, type Plan, SafechaosError, type Seen } from '@safechaos/core'
import type { Doing } from './act.ts'
import { ActBook } from './book.ts'
import type { Clock } from './clock.ts'
import type { Floors } from './floors.ts'
import { LastGreen } from './last-green.ts'
import { LeaseHolder } from './lease-holder.ts'
import type { CheckedPlan } from './plan-check.ts'
import { preflight } from './preflight.ts'
import type { Answers } from './protocol.ts'
import { Ramp } from './ramp.ts'

/** Why a run must end, found by itself. */
export interface Reason {
  readonly cause: 'lease-lost' | 'limit' | 'ledger-lost' | 'error'
  readonly detail: string
}

export interface RunParts {
  readonly plan: Plan
  readonly checked: CheckedPlan
  readonly doing: Doing
  readonly mark: string
  readonly containment: Containment
  readonly enclosure: Enclosure
  readonly clock: Clock
  /** Pids that no act may hit; the reaper's changes. */
  readonly spared: () => readonly number[]
  /** Throws if this agent may act no more. */
  readonly mayAct: () => void
  readonly end: (reason: Reason) => void
}

/** What is done under one plan: its acts, its ramp and its lease. */
export class Run {
  readonly #parts: RunParts
  readonly #book: ActBook
  readonly #ramp: Ramp
  readonly #lease: LeaseHolder
  readonly #green: LastGreen
  readonly #floors: Floors
  /** Monotonic instant of the first inject. */
  #underFaultSince: number | undefined

  constructor(parts: RunParts) {
    const { plan, doing, enclosure, clock } = parts
    this.#parts = parts
    this.#lease = new LeaseHolder(clock, plan.lease)
    this.#green = new LastGreen(clock)
    this.#book = new ActBook(doing, { plan, bindActs: parts.checked.bindActs, mark: parts.mark, limitLeft: () => this.#limitLeft() })
    this.#floors = { hits: plan.hits, planned: plan.targets, identity: enclosure.identity, spared: parts.spared }
    this.#ramp = new Ramp({
      book: this.#book,
      enclosure,
      stages: plan.stages,
      floors: this.#floors,
      mayAct: () => this.#mayAct(),
      onFailure: (error) => this.#failed(error),
    })
  }

  preflight(): Promise<Answers['preflight']['lines']> {
    const { plan, checked, doing, containment, enclosure } = this.#parts
    return preflight({ plan, needs: checked.needs, doing, containment, enclosure, floors: this.#floors, book: this.#book })
  }

  /**
   * Starts the lease with the first stage; each other one needs a green since the one before it, or is refused with SC_GRANT. Whatever was
   * begun is taken back if this throws for another reason than a refusal.
   */
  async inject(stage: number): Promise<readonly ActRecord[]> {
    const begin = (): void => {
      this.#underFaultSince ??= this.#parts.clock.monotonic()
      this.#lease.start()
    }
    try {
      if (!this.#green.sinceInjection())
        throw new SafechaosError({ code: 'SC_GRANT', message: `stage ${stage} was asked for, and nothing was green since the one before it` })
      const acts = await this.#ramp.inject(stage, begin)
      this.#green.injected()
      const stuck = this.#book.acts.filter((act) => act.end === 'stuck')
      if (stuck.length > 0) this.#parts.end({ cause: 'error', detail: `half-done and not to be taken back: ${stuck.map(({ id }) => id).join(', ')}` })
      return acts
    } catch (error) {
      this.#failed(error as Error)
      throw error
    }
  }

  /** Throws SC_LEASE for evidence that proves nothing new. A fault that the kernel times and that could not be prolonged ends the run. */
  async renew(newest: number): Promise<Answers['renew']> {
    this.#mayAct()
    // The controller renews by its own clock, and an inject may take a while to begin: there is nothing yet that could be lost.
    if (this.#underFaultSince === undefined) return { untilMs: this.#parts.clock.now() }
    const renewal = this.#lease.renew(newest)
    if (!renewal.ok) throw new SafechaosError({ code: 'SC_LEASE', message: renewal.why })
    this.#green.renewed(newest)
    const failed = await this.#book.renew()
    if (failed.length > 0) {
      this.#parts.end({ cause: 'lease-lost', detail: `the fault could not be prolonged: ${failed.join('; ')}` })
      throw new SafechaosError({ code: 'SC_LEASE', message: failed.join('; ') })
    }
    return { untilMs: renewal.until }
  }

  landed(): Promise<Seen> {
    return this.#book.landed()
  }

  /** Why the run is over by its own rules; undefined while it is not. */
  over(): Reason | undefined {
    this.#green.look()
    if (this.#lease.expired()) return { cause: 'lease-lost', detail: `no green evidence for ${this.#parts.plan.lease.ms} ms` }
    if (this.#limitLeft() <= 0) return { cause: 'limit', detail: `${this.#parts.plan.limitMs} ms under fault` }
    return undefined
  }

  /** Injects nothing more and takes everything back. */
  undo(): ReturnType<ActBook['undo']> {
    this.#ramp.cancel()
    return this.#book.undo()
  }

  /** How the acts stand when there is no more time: what is not verified is stuck. */
  unsettled(): Awaited<ReturnType<ActBook['undo']>> {
    return this.#book.acts.map((act) => ({ act, end: act.end ?? 'stuck' }))
  }

  /** Numbers of the rehearsals that are still owed. */
  rehearsals(): number[] {
    return [...this.#book.rehearsals]
  }

  #mayAct(): void {
    this.#parts.mayAct()
    const over = this.over()
    if (over === undefined) return
    this.#parts.end(over)
    throw new SafechaosError({ code: 'SC_ENDED', message: over.detail })
  }

  #limitLeft(): number {
    const since = this.#underFaultSince
    return this.#parts.plan.limitMs - (since === undefined ? 0 : this.#parts.clock.monotonic() - since)
  }

  /** A refusal leaves the run as it was; anything else means that the agent no longer knows, or cannot write, what it does. */
  #failed(error: Error): void {
    if (error instanceof SafechaosError && (error.code === 'SC_GRANT' || error.code === 'SC_ENDED')) return
    this.#parts.end({ cause: error instanceof SafechaosError ? 'error' : 'ledger-lost', detail: error.message })
  }
}
