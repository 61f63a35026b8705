import { prepare } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { charterPath, containmentOption } from '../lab/charter-path.ts'
import { decisionText } from '../output/plan-text.ts'

/** The deciding cell, and the smallest change that would pass. Exit 4 for a denial. */
export const act: Act = async (call) => {
  const { planned, decision } = await prepare({ charter: charterPath(call), ...containmentOption(call) })
  call.output.give({ charter: planned.plan.charter.name, environment: planned.plan.environment, fault: planned.plan.fault.kind, ...decision })
  call.output.say(`${planned.plan.fault.kind} in ${planned.plan.environment}: ${decisionText(decision, call.output.paint)}`)
  return decision.effect === 'allow' ? 0 : 4
}
