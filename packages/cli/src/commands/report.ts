import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ReportModel } from '@safechaos/core'
import { reportOf, writeReports } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { knownLabs, knownRuns } from '../lab/known-runs.ts'
import type { Paint } from '../output/output.ts'
import { tableText } from '../output/table.ts'

const SHAPES = { good: '✓', bad: '✗', unsure: '?', calm: '–' } as const
const COLORS = { good: 'green', bad: 'red', unsure: 'yellow', calm: 'dim' } as const

/** What a run found. Reports that are missing, since the controller died, are made now from the evidence. `--html` prints a path, `--md` the postmortem. */
export const act: Act = async ({ arguments: [reference = 'last'], options, output, cwd, environment }) => {
  const runDir = findRun(reference, knownRuns(knownLabs(cwd, environment)), WITH_EVIDENCE).runDir ?? ''
  const html = join(runDir, 'report.html')
  const postmortem = join(runDir, 'postmortem.md')
  if (!existsSync(html) || !existsSync(postmortem)) await writeReports(runDir)
  if (output.json) output.give(reportOf(runDir))
  else if (options.html === true) output.say(html)
  else if (options.md === true) output.say(readFileSync(postmortem, 'utf8').trimEnd())
  else output.say(`${reportText(reportOf(runDir), output.paint)}\n\nreport      ${relative(cwd, html)}\npostmortem  ${relative(cwd, postmortem)}`)
  return 0
}

/** The report from the top, as far as a terminal goes. */
function reportText({ sentence, lights, charter, recovery, back, run }: ReportModel, paint: Paint): string {
  return [
    paint.bold(sentence),
    '',
    tableText(
      lights.map(({ name, tone, word, why }) => [paint[COLORS[tone]](SHAPES[tone]), name, paint[COLORS[tone]](word), why]),
      ' ',
    ),
    '',
    tableText([
      ['run', `${run.id}, ${new Date(run.startedAt).toISOString()}, by ${run.by}`],
      ['we believed', charter.hypothesis],
      ['we did', charter.did],
      ...recovery.steps.map(({ name, ms, how }) => [name, ms === undefined ? `not seen; ${how}` : `${(ms / 1000).toFixed(1)} s; ${how}`]),
      ['back', back.sentence],
    ]),
  ].join('\n')
}
