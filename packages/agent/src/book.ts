import type { Enclosure, Member } from '@safechaos/containments'
import { type ActRecord, type Plan, type PlannedAct, type PlannedTarget, SafechaosError, type Seen } from '@safechaos/core'
import { type Act, type Doing, factsOf, lookAll, makeAct, note } from './act.ts'
import { liveTargets } from './floors.ts'
import { injectAll, renewAll } from './inject.ts'
import type { CheckedPlan } from './plan-check.ts'
import { undoAll } from './undo.ts'

/** What the book needs to know before anything acts. */
export interface BookPlan {
  readonly plan: Plan
  readonly bindActs: CheckedPlan['bindActs']
  /** Begins the name of each act; see FACTS.mark. */
  readonly mark: string
  /** Milliseconds that the run may still be under fault. */
  readonly limitLeft: () => number
}

/** The acts of one run: which there are, and what is done to all of them. Numbers begin at 1, the enclosure's record being 0. */
export class ActBook {
  readonly acts: Act[] = []
  /** Numbers of the rehearsals whose record is still there. */
  readonly rehearsals = new Set<number>()
  readonly #doing: Doing
  readonly #plan: BookPlan
  #next = 1
  constructor(doing: Doing, plan: BookPlan) {
    this.#doing = doing
    this.#plan = plan
  }

  /** A name and number for one more act; also for a rehearsal, which is not in the book. */
  name(): { readonly number: number; readonly mark: string } {
    const number = this.#next++
    return { number, mark: `${this.#plan.mark}_${number}` }
  }

  /** Binds and injects on these targets. A target that cannot be bound is told as failed; nothing was written or done for it. */
  async inject(stage: number, targets: readonly PlannedTarget[]): Promise<ActRecord[]> {
    const acts: Act[] = []
    const refused: ActRecord[] = []
    for (const target of targets) {
      const { number, mark } = this.name()
      try {
        acts.push(this.bound(number, mark, stage, target, this.#doing.enclosure))
      } catch (error) {
        const act = makeAct(number, mark, stage, target, this.#plan.plan.templates)
        refused.push(note(this.#doing, act, 'inject-failed', (error as Error).message).record)
      }
    }
    this.acts.push(...acts)
    return [...refused, ...(acts.length === 0 ? [] : await injectAll(this.#doing, acts))]
  }

  /** One act with its holes filled; throws if a fact is missing. `place` gives the facts. */
  bound(number: number, mark: string, stage: number, target: PlannedTarget, place: Pick<Enclosure, 'facts'>): Act {
    const { plan, bindActs, limitLeft } = this.#plan
    const facts = factsOf(place, target, mark, plan.lease.ms, limitLeft())
    return makeAct(number, mark, stage, target, bindActs(facts))
  }

  renew(): Promise<string[]> {
    return renewAll(this.#doing, this.acts)
  }

  /** Looks at every act that was injected; one that was seen to land stays so, whatever happened to its target since. */
  async landed(): Promise<Seen> {
    const looked = this.acts.filter((act) => act.injected)
    await Promise.all(
      looked.map(async (act) => {
        if (act.landed?.seen === 'yes') return
        act.landed = await lookAll(this.#doing, act, act.steps.landed)
        note(this.#doing, act, ({ yes: 'landed', no: 'not-landed', unknown: 'landed-unknown' } as const)[act.landed.seen], act.landed.detail)
      }),
    )
    if (looked.length === 0) return { seen: 'no', detail: 'nothing was injected' }
    const worst = (['no', 'unknown', 'yes'] as const).find((seen) => looked.some((act) => act.landed?.seen === seen)) ?? 'unknown'
    const details = looked.filter((act) => act.landed?.seen === worst).map((act) => `${act.target.id}: ${act.landed?.detail ?? ''}`)
    return { seen: worst, detail: details.join('; ') }
  }

  /** Resolves when the acts from number `known` of the book on are seen to have landed, or their looks give up. */
  async settled(known: number): Promise<void> {
    const injected = this.acts.slice(known).filter((act) => act.injected)
    await Promise.all(injected.map((act) => lookAll(this.#doing, act, act.steps.landed)))
  }

  /** Takes back whatever was not yet seen to be gone. */
  undo(): ReturnType<typeof undoAll> {
    return undoAll(
      this.#doing,
      this.acts.filter((act) => act.end !== 'verified'),
    )
  }
}

/** Which target an act of the plan hits now; undefined if it is not there (any more). Throws SC_PLAN_MISMATCH for one that is not planned. */
export function picked(pick: PlannedAct['pick'], targets: readonly PlannedTarget[], members: readonly Member[]): PlannedTarget | undefined {
  const live = liveTargets(members, targets)
  if ('u' in pick) return live[Math.floor(pick.u * live.length)]
  if (!targets.some(({ id }) => id === pick.target))
    throw new SafechaosError({ code: 'SC_PLAN_MISMATCH', message: `${pick.target} is not a target of this stage` })
  return live.find(({ id }) => id === pick.target)
}
