import { compareRuns } from '@safechaos/core'
import { readRunFolder } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { knownLabs, knownRuns } from '../lab/known-runs.ts'
import { comparisonText } from '../output/comparison-text.ts'

/** The same seconds after injection of two runs, side by side. */
export const act: Act = async ({ arguments: [before = '', after = ''], output, cwd, environment }) => {
  const runs = knownRuns(knownLabs(cwd, environment))
  const evidenceOf = (reference: string) => readRunFolder(findRun(reference, runs, WITH_EVIDENCE).runDir ?? '')
  const comparison = compareRuns(evidenceOf(before), evidenceOf(after))
  output.give(comparison)
  output.say(comparisonText(comparison))
  return 0
}
