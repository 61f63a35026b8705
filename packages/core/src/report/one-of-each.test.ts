import { expect, test } from 'vitest'
import { PLURAL_OF_ONE, runOfOne } from '../../../../test/support/run-of-one.ts'
import { act, entries } from '../testing/ledger-samples.ts'
import { foldRun } from '../run/run-view.ts'
import { judge } from '../verdict/judge.ts'
import { isEverythingBack } from './back.ts'
import { buildReport } from './build-report.ts'

test('a report of a run with one of each says no plural of one', () => {
  const records = runOfOne()
  const report = buildReport(records, [], [])
  expect(report.charter.facts.find(({ label }) => label === 'Ramp')?.text).toContain('1 of 1 replica of worker')
  expect(JSON.stringify({ report, verdict: judge(foldRun(records)) })).not.toMatch(PLURAL_OF_ONE)
})

test('one act that is still owed is one act', () => {
  expect(isEverythingBack(foldRun(entries(act('owed'), act('injected'))), (at) => at).sentence).toContain('1 of 1 act was never verified gone')
})
