import { counted } from '@safechaos/core'
import type { Desk } from './desk.ts'
import { invariantSignals } from './invariants.ts'
import type { Prepared } from './prepare.ts'

/**
 * Hands the plan to the agent, which has the stack already: it compares the plan with its own catalogue, and starts the services as soon as
 * everything that they need stands. Waits until they are up.
 */
export async function openStack(desk: Desk, { planned }: Prepared, fellBack: string | undefined): Promise<string> {
  const opening = desk.link.ask({ ask: 'open', planned })
  opening.catch(() => undefined)
  const answered = opening.then(
    () => undefined,
    () => undefined,
  )
  // Walls that do not stand reject before the answer comes; a refusal for another reason is one that people hear of.
  await Promise.race([desk.link.ready, answered])
  desk.tell()
  const { members, weaker: always } = await opening
  const weaker = [...(fellBack === undefined ? [] : [fellBack]), ...always]
  desk.note({ kind: 'opened', containment: planned.plan.containment, weaker, targets: members.map(({ id }) => id) })
  const { load } = planned.plan
  const signals = [...planned.plan.signals, ...invariantSignals(planned.plan.invariants)]
  const isWanted = desk.ending.cause === undefined && (load !== undefined || signals.length > 0)
  if (isWanted) await desk.link.ask({ ask: 'tap', config: { load, signals, run: desk.ports.run } })
  return `${members.length} of ${counted(members.length, 'service')} up in ${planned.plan.containment}`
}
