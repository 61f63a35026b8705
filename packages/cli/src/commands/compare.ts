import { compareRuns } from '@safechaos/core'
import { readRunFolder, renderComparison } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { findRun, WITH_EVIDENCE } from '../lab/find-run.ts'
import { runsAround } from '../lab/known-runs.ts'
import { comparisonText } from '../output/comparison-text.ts'
import { harmlessLines } from '../output/harmless.ts'

/** The same seconds after injection of two runs, side by side. `--md` prints it for a pull request. */
export const act: Act = async (call) => {
  const {
    arguments: [before = '', after = ''],
    options,
    output,
  } = call
  const runs = runsAround(call)
  const evidenceOf = (reference: string) => readRunFolder(findRun(reference, runs, WITH_EVIDENCE).runDir ?? '')
  const comparison = compareRuns(evidenceOf(before), evidenceOf(after))
  output.give(comparison)
  output.say(options.md === true ? harmlessLines(renderComparison(comparison).trimEnd()) : comparisonText(comparison))
  return 0
}
