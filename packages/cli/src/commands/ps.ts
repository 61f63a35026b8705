import type { Act } from '../call.ts'
import { runsAround } from '../lab/known-runs.ts'
import { membersOf } from '../lab/members-of.ts'
import { membersText } from '../output/members-text.ts'

/** The services of what `up` holds, and of an experiment that runs. */
export const act: Act = async (call) => {
  const { output } = call
  const found = runsAround(call)
    .filter(({ live }) => live)
    .map((run) => ({ run: run.run, up: run.detached, lab: run.labDir, containment: run.containment, members: membersOf(run) }))
  output.give({ enclosures: found })
  for (const { run, up, containment, members } of found)
    output.say(`${output.paint.bold(run)} ${up ? 'up' : 'experiment'} in ${containment}\n${membersText(members, output.paint)}`)
  if (found.length === 0) output.say('nothing runs now. Next: safechaos up')
  return 0
}
