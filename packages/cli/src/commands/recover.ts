import { recoverLab } from '@safechaos/agent'
import { SafechaosError } from '@safechaos/core'
import type { Act } from '../call.ts'
import { allLabs, labAround } from '../lab/known-runs.ts'
import { counted } from '../output/words.ts'

/**
 * Undoes whatever runs that are gone still owe, in every lab of this user, and frees the environments of which nothing is owed any more:
 * typing it is the person's word. Exit 5 if something stays owed.
 */
export const act: Act = async ({ output, cwd, environment }) => {
  const around = labAround(cwd, environment)
  const labs = [...allLabs(environment), ...(around === undefined ? [] : [around])].filter(
    ({ stateDir }, index, all) => all.findIndex((lab) => lab.stateDir === stateDir) === index,
  )
  const reports = []
  for (const { labDir, stateDir } of labs) reports.push({ lab: labDir, ...(await recoverLab(stateDir, { clear: true })) })
  const stuck = reports.flatMap(({ runs }) => runs.flatMap((run) => run.stuck))
  const left = reports.some(({ locked, unreadable }) => locked.length > 0 || unreadable.length > 0) || stuck.length > 0
  output.give({ labs: reports, clean: !left })
  for (const { lab, runs, live, freed, locked, unreadable } of reports) {
    for (const { run, acts, stuck: stays } of runs)
      output.say(
        `${run} in ${lab}: ${stays.length === 0 ? `${counted(acts.length, 'act')} put back and verified` : `NOT put back: ${stays.join('; ')}`}`,
      )
    if (live.length > 0) output.say(`left alone, since they run: ${live.join(', ')}`)
    if (freed.length > 0) output.say(`free again: ${freed.join(', ')}`)
    if (locked.length > 0) output.say(`still locked: ${locked.join(', ')}`)
    for (const name of unreadable) output.say(`cannot be read, look at it yourself: ${stateNote(lab, name)}`)
  }
  output.say(left ? 'Not everything is back.' : 'Nothing is owed. Everything is back.')
  if (left && !output.json)
    throw new SafechaosError({
      code: 'SC_UNCLEAN',
      message: 'something could not be put back; it is named above',
      hint: 'mend it by hand, then run `safechaos recover` again',
    })
  return left ? 5 : 0
}

const stateNote = (lab: string, name: string): string => `${name} (owed by a run of ${lab})`
