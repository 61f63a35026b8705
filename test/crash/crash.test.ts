import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CrashLab, FAULT_KINDS, makeCrashLab } from './lab.ts'
import { sampleOf, wholeMatrix } from './matrix.ts'
import { runTrial } from './trial.ts'

/** The long form is `npm run test:crash -- --full`. */
const IN_CI = 112

let lab: CrashLab
beforeAll(() => {
  lab = makeCrashLab()
})
afterAll(() => lab.remove())

describe('whoever dies, wherever, nothing is left within the bound that the plan prints', () => {
  const trials = sampleOf(wholeMatrix(FAULT_KINDS), IN_CI)
  for (const death of ['agent', 'controller', 'both', 'hung'] as const) {
    const mine = trials.filter((trial) => trial.death === death)
    test(`${mine.length} deaths: ${death}`, { timeout: mine.length * 12_000 + 10_000 }, async () => {
      const bad = []
      for (const trial of mine) {
        const outcome = await runTrial(lab, trial)
        if (outcome.goneMs === undefined) bad.push(outcome)
      }
      expect(bad).toEqual([])
    })
  }
})
