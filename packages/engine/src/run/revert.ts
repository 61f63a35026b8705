import type { Plan } from '@safechaos/core'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

/** Takes every fault back. Not stopped by what caused it; if the agent is gone, its enclosure and the fault went with it, and that is looked at from outside in `close`. */
export async function revert(desk: Desk, plan: Plan, watch: GateWatch): Promise<string> {
  watch.disarm()
  const cause = desk.ending.cause ?? 'error'
  const { ms, acts, stuck } = await desk.link.ask({ ask: 'revert', cause })
  desk.record({ kind: 'reverted', ms, acts, stuck })
  return acts === 0 ? 'nothing was injected' : `${acts - stuck.length} of ${acts} acts of ${plan.fault.kind} verified gone in ${Math.round(ms)} ms`
}
