import { describe, expect, test } from 'vitest'
import type { Body } from '../ledger/record.ts'
import { act, cause, ending, entries, fault, gateSays, opening } from '../testing/ledger-samples.ts'
import { samplePlan } from '../testing/samples.ts'
import { judge } from '../verdict/judge.ts'
import { foldRecord, foldRun, NO_RUN } from './run-view.ts'

const plan = samplePlan()
const fold = (...bodies: readonly Body[]) => foldRun(entries(...bodies))
const service = (state: Extract<Body, { kind: 'service' }>['state'], detail = ''): Body => ({ kind: 'service', service: 'worker#1', state, detail })

test('a ledger without records is a run of which nothing is known', () => {
  expect(fold()).toBe(NO_RUN)
  expect(Object.values(NO_RUN.stages).every((stage) => stage.state === 'waiting')).toBe(true)
})

test('folding one by one is folding all', () => {
  const all = entries(...opening(plan), ...fault(), cause('completed'), ...ending())
  expect(all.reduce(foldRecord, NO_RUN)).toEqual(foldRun(all))
})

test('the stage that was entered last is the current one, with its times', () => {
  const view = fold(
    { kind: 'stage', stage: 'check', state: 'entered', detail: 'reading' },
    { kind: 'stage', stage: 'check', state: 'done', detail: '' },
    { kind: 'stage', stage: 'open', state: 'entered', detail: '' },
    { kind: 'stage', stage: 'open', state: 'failed', detail: 'no namespaces' },
  )
  expect(view.stage).toBe('open')
  expect(view.stages.check).toEqual({ state: 'done', from: 1000, to: 2000, detail: 'reading' })
  expect(view.stages.open).toEqual({ state: 'failed', from: 3000, to: 4000, detail: 'no namespaces' })
  expect(view.stages.ramp.state).toBe('waiting')
})

test('a service counts the starts after its first', () => {
  const view = fold(service('starting'), service('up'), service('exited', 'SIGKILL'), service('starting'), service('starting'), service('up'))
  expect(view.services['worker#1']).toMatchObject({ state: 'up', at: 6000, restarts: 1 })
  expect(view.services['worker#1']?.history).toHaveLength(6)
})

describe('an act', () => {
  test('is owed until it is verified, and knows when each thing happened', () => {
    expect(fold(act('owed')).acts.a1).toMatchObject({ state: 'owed', owed: true })
    const view = fold(act('owed'), act('injected'), act('landed'), act('undone'))
    expect(view.acts.a1).toMatchObject({
      state: 'undone',
      landed: 'landed',
      owed: true,
      times: { owed: 1000, injected: 2000, landed: 3000, undone: 4000 },
    })
    expect(fold(act('owed'), act('injected'), act('verified')).acts.a1?.owed).toBe(false)
  })

  test('whose landing is told after it is gone owes nothing by that', () => {
    expect(fold(act('injected'), act('verified'), act('landed-unknown')).acts.a1).toMatchObject({
      state: 'verified',
      landed: 'landed-unknown',
      owed: false,
    })
  })

  test('of which only a landing is known is owed', () => {
    expect(fold(act('not-landed')).acts.a1).toMatchObject({ state: 'owed', owed: true })
  })

  test('of the rehearsal does not make the instant of injection, a failed inject does', () => {
    expect(fold(act('injected', { stage: 0 })).times.injected).toBeUndefined()
    expect(fold(act('owed'), act('inject-failed'), act('injected')).times.injected).toBe(2000)
  })
})

test('the instants people ask for are the first ones, and a stuck revert is none', () => {
  const view = fold(...opening(plan), cause('operator'), cause('limit'), { kind: 'reverted', ms: 1, acts: 1, stuck: ['a1'] })
  expect(view.times).toEqual({ begun: 1000, injected: undefined, cause: 6000, reverted: undefined, latest: 8000 })
  expect(view.causes.map((one) => one.cause)).toEqual(['operator', 'limit'])
  expect(fold({ kind: 'reverted', ms: 1, acts: 1, stuck: [] }).times.reverted).toBe(1000)
})

test('gates, lease, checks, invariants, snapshots, late records and the verdict are all there', () => {
  const verdict = judge(NO_RUN)
  const view = fold(
    gateSays('OK'),
    gateSays('BREACH'),
    { kind: 'lease', state: 'granted', detail: '' },
    { kind: 'preflight', lines: [{ check: 'disk', ok: true, detail: '' }] },
    { kind: 'invariant', name: 'balanced', held: true, detail: '' },
    { kind: 'snapshot', what: 'taken', detail: '' },
    { kind: 'late', what: 'x' },
    { kind: 'recovered', signal: 'lag', afterMs: 1, detail: '' },
    { kind: 'verdict', verdict },
  )
  expect(view.gates.errorRatio).toMatchObject({ now: { state: 'BREACH', at: 2000 }, history: [{ at: 1000 }, { at: 2000 }] })
  expect(view).toMatchObject({
    lease: [{ state: 'granted', at: 3000 }],
    preflight: [{ check: 'disk' }],
    invariants: [{ name: 'balanced', at: 5000 }],
    snapshots: [{ what: 'taken' }],
    late: [{ what: 'x' }],
    recovered: [{ signal: 'lag' }],
    verdict,
  })
  expect('kind' in view.late[0]!).toBe(false)
})
