import type { Plan } from '@safechaos/core'
import { cause, ending, entries, fault, opening, passed } from '../../packages/core/src/testing/ledger-samples.ts'
import { samplePlan, sampleStack } from '../../packages/core/src/testing/samples.ts'
import { chain } from './synthetic-run.ts'

/** A plan with one of each: target, stage, gate, window, request. */
export const planOfOne = (): Plan =>
  samplePlan(
    {
      ramp: { steps: [1] },
      abort: { errorRatio: { breach: '> 5%', need: 1, of: 1, minRequests: 1 } },
      load: { get: 'http://api:8080/pay', rate: '1/s' },
    },
    sampleStack(1),
  )

/** The records of a run of that plan that held. */
export const runOfOne = () =>
  chain(
    entries(
      ...opening(planOfOne()),
      { kind: 'preflight', lines: [{ check: 'walls hold', ok: true, detail: '' }] },
      { kind: 'service', service: 'worker#1', state: 'exited', detail: '' },
      ...fault(),
      passed,
      cause('completed'),
      ...ending(),
    ),
  )

/** A count of one before a plural; units and verbs are none. */
export const PLURAL_OF_ONE = /\b1 (?!ms |is |was |process)[a-z]+s\b/
