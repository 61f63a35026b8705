import { bringUp } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { containmentOption } from '../lab/charter-path.ts'
import { membersText } from '../output/members-text.ts'

/** Starts a stack in an enclosure and leaves it running. */
export const act: Act = async (call) => {
  const {
    arguments: [stack],
    output,
    cwd,
  } = call
  const up = await bringUp({ cwd, stack, ...containmentOption(call) })
  output.give(up)
  for (const sentence of up.weaker) output.say(output.paint.yellow(`not isolated here: ${sentence}`))
  output.say(`${membersText(up.members, output.paint)}\n\nup as ${up.run} in ${up.containment}. Next: safechaos ps, safechaos logs, safechaos down`)
  return 0
}
