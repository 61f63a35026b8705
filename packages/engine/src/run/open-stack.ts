import type { Desk } from './desk.ts'
import { invariantSignals } from './invariants.ts'
import type { Prepared } from './prepare.ts'

/** Hands the plan and the stack to the agent, which compares the plan with its own catalogue, starts the services and waits until they are up. */
export async function openStack(desk: Desk, { planned, stack, stackDir }: Prepared): Promise<string> {
  const { members, weaker } = await desk.link.ask({ ask: 'open', planned, stack, stackDir })
  desk.record({ kind: 'opened', containment: planned.plan.containment, weaker, targets: members.map(({ id }) => id) })
  const { load } = planned.plan
  const signals = [...planned.plan.signals, ...invariantSignals(planned.plan.invariants)]
  if (load !== undefined || signals.length > 0) await desk.link.ask({ ask: 'tap', config: { load, signals, run: desk.ports.run } })
  return `${members.length} of ${members.length} services up in ${planned.plan.containment}`
}
