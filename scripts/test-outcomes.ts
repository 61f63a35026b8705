/** A reporter for vitest that writes what became of each test, with the reason of a skip, to the file that SAFECHAOS_TEST_OUTCOMES names. */
import { appendFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

export interface Outcome {
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly reason?: string | undefined
  /** It passed, and not at the first try. */
  readonly retried?: boolean
}

const write = (outcome: Outcome): void => {
  const file = process.env.SAFECHAOS_TEST_OUTCOMES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(outcome)}\n`)
}

export default class Outcomes implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result()
    if (result.state === 'pending') return
    write({
      title: test.fullName,
      state: result.state,
      ...(result.state === 'skipped' ? { reason: result.note } : {}),
      retried: (test.diagnostic()?.retryCount ?? 0) > 0,
    })
  }

  /** A file that could not even be loaded has no failing test, and is a failure all the same. */
  onTestModuleEnd(module: TestModule): void {
    for (const { message } of module.errors()) write({ title: `${module.relativeModuleId}: ${message}`, state: 'failed' })
  }
}
