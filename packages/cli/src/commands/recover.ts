import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recoverLab, type RecoverReport, stateFolder } from '@safechaos/agent'
import { counted, messageOf, SafechaosError } from '@safechaos/core'
import type { Act } from '../call.ts'
import { finishDead } from '../lab/finish-dead.ts'
import { allLabs, knownRuns, labAround, type LabPlace } from '../lab/known-runs.ts'

/** A lab, and what was put in order there or why nothing could be. */
type Recovered = { readonly lab: string; readonly stateDir: string } & (RecoverReport | { readonly error: string })

/**
 * Undoes whatever runs that are gone still owe, in every lab of this user, and frees the environments of which nothing is owed any more:
 * typing it is the person's word. Exit 5 if something stays owed, or cannot be told.
 */
export const act: Act = async ({ output, cwd, environment }) => {
  const reports: Recovered[] = []
  const all = places(cwd, environment)
  for (const place of all) reports.push(await recover(place))
  const finished = await finishDead(knownRuns(all))
  const left = reports.some(isLeft)
  output.give({ labs: reports, finished, clean: !left })
  for (const report of reports) for (const line of linesOf(report)) output.say(line)
  for (const { run, verdict } of finished) output.say(`${run} has its verdict now: ${verdict.sentence}`)
  output.say(left ? 'Not everything is back.' : 'Nothing is owed. Everything is back.')
  if (left && !output.json)
    throw new SafechaosError({
      code: 'SC_UNCLEAN',
      message: 'something could not be put back; it is named above',
      hint: 'mend it by hand, then run `safechaos recover` again',
    })
  return left ? 5 : 0
}

/** Every lab of the state folder, also one whose own folder is gone: what was owed there is owed still. */
function places(cwd: string, environment: NodeJS.ProcessEnv): LabPlace[] {
  const known = [...allLabs(environment), ...[labAround(cwd, environment) ?? []].flat()]
  const labs = join(stateFolder(environment), 'labs')
  const kept = existsSync(labs) ? readdirSync(labs).map((key) => join(labs, key)) : []
  return [...new Set([...kept, ...known.map(({ stateDir }) => stateDir)])].map((stateDir) => ({
    stateDir,
    labDir: known.find((place) => place.stateDir === stateDir)?.labDir ?? stateDir,
  }))
}

/** One lab that cannot be looked at does not keep the others from being put in order. */
async function recover({ labDir: lab, stateDir }: LabPlace): Promise<Recovered> {
  try {
    return { lab, stateDir, ...(await recoverLab(stateDir, { clear: true })) }
  } catch (error) {
    return { lab, stateDir, error: messageOf(error) }
  }
}

const isLeft = (report: Recovered): boolean =>
  'error' in report || [report.locked, report.unreadable, report.unknown, report.residue.found].some(({ length }) => length > 0)

function linesOf(report: Recovered): string[] {
  if ('error' in report) return [`${report.lab} was left as it is: ${report.error}`]
  const { lab, stateDir, runs, live, unknown, freed, locked, unreadable } = report
  return [
    ...runs.map(
      ({ run, acts, stuck }) =>
        `${run} in ${lab}: ${stuck.length === 0 ? `${counted(acts.length, 'act')} put back and verified` : `NOT put back: ${stuck.join('; ')}`}`,
    ),
    ...(live.length === 0 ? [] : [`left alone, since they run: ${live.join(', ')}`]),
    ...unknown.map(
      (run) =>
        `left alone: ${run}. Whether its agent lives cannot be told from here: it was started in another PID namespace (a container?), or nothing readable names it. Run \`safechaos recover\` there. If that place is gone for good, remove what names the run: ${['owed', 'locks', 'runs'].map((name) => join(stateDir, name)).join(', ')}`,
    ),
    ...(freed.length === 0 ? [] : [`free again: ${freed.join(', ')}`]),
    ...(locked.length === 0 ? [] : [`still locked: ${locked.join(', ')}`]),
    ...unreadable.map((name) => `cannot be read: ${join(stateDir, name)}. Look at it, see that nothing of its run is left, then remove it`),
  ]
}
