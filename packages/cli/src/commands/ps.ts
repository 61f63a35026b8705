import { join } from 'node:path'
import { type Member, readJson, runFolder } from '@safechaos/agent'
import { foldRun } from '@safechaos/core'
import { readRecords } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { type KnownRun, knownLabs, knownRuns } from '../lab/known-runs.ts'
import { membersText } from '../output/members-text.ts'

type Shown = Pick<Member, 'id' | 'state' | 'restarts' | 'address'>

/** The services of what `up` holds, and of an experiment that runs. */
export const act: Act = async ({ output, cwd, environment }) => {
  const found = knownRuns(knownLabs(cwd, environment))
    .filter(({ live }) => live)
    .map((run) => ({ run: run.run, up: run.detached, lab: run.labDir, containment: run.containment, members: membersOf(run) }))
  output.give({ enclosures: found })
  for (const { run, up, containment, members } of found)
    output.say(`${output.paint.bold(run)} ${up ? 'up' : 'experiment'} in ${containment}\n${membersText(members, output.paint)}`)
  if (found.length === 0) output.say('nothing runs now. Next: safechaos up')
  return 0
}

/** The agent of an `up` writes its members down twice a second; a run has them in its ledger. */
function membersOf({ detached, stateDir, run, runDir }: KnownRun): readonly Shown[] {
  if (detached) return readJson<readonly Member[]>(runFolder(stateDir, run).members) ?? []
  const { services } = foldRun(runDir === undefined ? [] : readRecords(join(runDir, 'ledger.db')))
  return Object.entries(services).map(([id, { state, restarts }]) => ({ id, state, restarts, address: '' }))
}
