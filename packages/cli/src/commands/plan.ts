import { prepare } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { charterPath, containmentOption } from '../lab/charter-path.ts'
import { decisionText, planText } from '../output/plan-text.ts'

/** Everything that would happen, and whether policy lets it. Exit 4 when it does not. */
export const act: Act = async (call) => {
  const { planned, decision } = await prepare({ charter: charterPath(call), ...containmentOption(call) })
  call.output.give({ ...planned, decision })
  call.output.say(`${planText(planned, call.output.paint)}\n\n${decisionText(decision, call.output.paint)}`)
  return decision.effect === 'allow' ? 0 : 4
}
