import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { durationText, type ReportModel } from '@safechaos/core'
import { reportOf, writeReports } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { finishDead } from '../lab/finish-dead.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { runsAround } from '../lab/known-runs.ts'
import { tellLab } from '../lab/tell-lab.ts'
import { harmless, harmlessLines } from '../output/harmless.ts'
import type { Paint } from '../output/output.ts'
import { tableText } from '../output/table.ts'
import { TONE_LOOK } from '../output/tone-look.ts'

/** What a run found. Reports that are missing, since the controller died, are made now from the evidence. `--html` prints its path, `--md` the whole of it. */
export const act: Act = async (call) => {
  const {
    arguments: [reference = 'last'],
    options,
    output,
    cwd,
  } = call
  const run = findRun(reference, runsAround(call), WITH_EVIDENCE)
  tellLab(call, run)
  await finishDead([run])
  const runDir = run.runDir ?? ''
  const html = join(runDir, 'report.html')
  const postmortem = join(runDir, 'postmortem.md')
  if (!existsSync(html) || !existsSync(postmortem)) await writeReports(runDir)
  if (output.json) output.give(reportOf(runDir))
  else if (options.html === true) output.say(html)
  else if (options.md === true) output.say(harmlessLines(readFileSync(join(runDir, 'report.md'), 'utf8').trimEnd()))
  else output.say(`${reportText(reportOf(runDir), output.paint)}\n\nreport      ${relative(cwd, html)}\npostmortem  ${relative(cwd, postmortem)}`)
  return 0
}

/** The report from the top, as far as a terminal goes. */
function reportText({ sentence, lights, charter, recovery, back, run }: ReportModel, paint: Paint): string {
  return [
    paint.bold(harmless(sentence)),
    '',
    tableText(
      lights.map(({ name, tone, word, why }) => {
        const { shape, color } = TONE_LOOK[tone]
        return [paint[color](shape), name, paint[color](word), harmless(why)]
      }),
      ' ',
    ),
    '',
    tableText([
      ['run', `${run.id}, ${new Date(run.startedAt).toISOString()}, by ${run.by}`],
      ['we believed', harmless(charter.hypothesis)],
      ['we did', harmless(charter.did)],
      ...recovery.steps.map(({ name, ms, how }) => [name, harmless(`${ms === undefined ? 'not seen' : durationText(ms)}; ${how}`)]),
      ['back', harmless(back.sentence)],
    ]),
  ].join('\n')
}
