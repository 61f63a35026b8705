import { comparisonText, compareRuns } from '@safechaos/core'
import { readRunFolder } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { knownLabs, knownRuns } from '../lab/known-runs.ts'

/** The same seconds after injection of two runs, side by side. */
export const act: Act = async ({ arguments: [before = 'last', after = 'last'], output, cwd, environment }) => {
  const runs = knownRuns(knownLabs(cwd, environment))
  const [first, second] = [before, after].map((reference) => readRunFolder(findRun(reference, runs, WITH_EVIDENCE).runDir ?? ''))
  if (first === undefined || second === undefined) return 3
  const comparison = compareRuns(first, second)
  output.give(comparison)
  output.say(comparisonText(comparison))
  return 0
}
