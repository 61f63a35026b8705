import { describe, expect, test } from 'vitest'
import { canonicalJson, type Json } from '../canonical.ts'
import type { Charter } from '../charter/charter.ts'
import { decide } from '../policy/decide.ts'
import { planOf, sampleCharter, sampleLab, samplePlan, sampleService, sampleStack } from '../testing/samples.ts'

const problemsOf = (charter: Charter, stack = sampleStack()) => {
  const built = planOf(charter, stack)
  return built.ok ? [] : built.problems.map(({ code, message }) => `${code}: ${message}`)
}

test('the four-line charter has a plan with every default, within a maxAbort of 10 s', () => {
  const plan = samplePlan()
  expect(plan.targets.map((target) => target.id)).toEqual(['worker#1', 'worker#2', 'worker#3', 'worker#4'])
  expect(plan.stages.map(({ targets, acts }) => [targets, acts.length])).toEqual([
    [1, 1],
    [4, 3],
  ])
  expect(plan.worstCase).toMatchObject({ detectMs: 4200, dispatchMs: 100, revertMs: 3000, verifyMs: 2000, abortMs: 9300, silenceMs: 9000 })
  expect(plan.worstCase.abortMs).toBeLessThanOrEqual(plan.maxAbortMs)
  expect(plan.sentence).toBe('send SIGKILL to the main process of worker')
  expect(plan.rings.length).toBeGreaterThanOrEqual(2)
})

test('the same charter and stack give the same bytes, so that two plans have one digest', () => {
  const bytes = () => canonicalJson(samplePlan({ fault: { kind: 'process.roulette', target: 'worker' } }) as unknown as Json)
  expect(bytes()).toBe(bytes())
})

test('a fault on a link hits every pair of replicas', () => {
  const plan = samplePlan({ fault: { kind: 'net.partition', between: ['api', 'worker'] } })
  expect(plan.targets[1]).toEqual({ id: 'api#1~worker#2', members: ['api#1', 'worker#2'] })
  expect(plan.worstCase).toMatchObject({ revertMs: 1000, verifyMs: 1000 })
})

describe('a plan is refused', () => {
  test.each([
    [{ ramp: { steps: [1, 5] } }, 'ramp.steps.1'],
    [{ containment: 'process', fault: { kind: 'cpu.burn', target: 'worker' } }, 'containment'],
    [{ fault: { kind: 'process.kill', target: 'wroker' } }, 'fault.target'],
    [{ fault: { kind: 'net.loss', between: ['api', 'island'] } }, 'fault.between'],
    [{ maxAbort: '9s' }, 'maxAbort'],
    [{ abort: { errorRatio: { breach: '> 5%', window: '3s' } }, maxAbort: '1m' }, 'abort.errorRatio'],
  ])('for %j, with the place in the charter', (change, path) => {
    const built = planOf(sampleCharter(change), sampleStack())
    expect(built.ok ? [] : built.problems.map((problem) => problem.path.join('.'))).toContain(path)
  })

  test('for a service that the stack does not have, with the name that may have been meant', () => {
    const charter = sampleCharter({ fault: { kind: 'process.kill', target: 'wroker' } })
    expect(problemsOf(charter)).toEqual(['SC_TARGETS: the stack has no service "wroker"; did you mean worker?'])
    expect(problemsOf(charter, { ...sampleStack(), services: [] })[0]).toContain('it has none')
  })

  test('for a service that nothing resembles, with those that there are', () => {
    expect(problemsOf(sampleCharter({ fault: { kind: 'process.kill', target: 'queue' } }))[0]).toContain('it has api, worker, island')
  })

  test('for no replicas: nothing to hit is not a success', () => {
    expect(problemsOf(sampleCharter(), sampleStack(0))).toEqual(['SC_TARGETS: worker: nothing to hit, since no replica is planned'])
  })

  test('for a link between services that share no network', () => {
    expect(problemsOf(sampleCharter({ fault: { kind: 'net.loss', between: ['api', 'island'] } }))).toEqual([
      'SC_TARGETS: api and island share no network: there is no link between them',
    ])
  })

  test('for a ramp beyond the planned targets', () => {
    expect(problemsOf(sampleCharter({ ramp: { steps: [5] } }))).toEqual(['SC_TARGETS: the ramp asks for 5 targets and there are 4'])
  })

  test('for a fault that the containment cannot make', () => {
    const charter = sampleCharter({ containment: 'process', fault: { kind: 'net.partition', between: ['api', 'worker'] } })
    expect(problemsOf(charter)).toEqual(['SC_INVALID: net.partition needs nft, which containment process does not offer'])
  })

  test('for a worst case above maxAbort, with its parts', () => {
    expect(problemsOf(sampleCharter({ maxAbort: '9s' }))).toEqual([
      'SC_BOUND: an abort may take 9.3 s (detect 4.2 s, dispatch 100 ms, revert 3 s, verify 2 s), longer than maxAbort 9 s',
    ])
  })

  test('for a fault that the catalogue does not have', () => {
    expect(problemsOf({ ...sampleCharter(), fault: { kind: 'process.tickle' } as unknown as Charter['fault'] })).toEqual([
      'SC_INVALID: there is no fault "process.tickle"',
    ])
  })

  test('with every problem named, not the first one', () => {
    const charter = sampleCharter({ maxAbort: '1s', fault: { kind: 'process.kill', target: 'nobody' } })
    expect(problemsOf(charter)).toHaveLength(2)
  })
})

test('windows that are too long for the lease or for fresh are refused: no green could keep the fault in', () => {
  const charter = sampleCharter({ abort: { errorRatio: { breach: '> 5%', window: '3s' } }, maxAbort: '1m' })
  const [first, second] = problemsOf(charter)
  expect(first).toContain('too seldom for a lease of 3 s')
  expect(second).toContain('stale after 3 s')
})

test('the slowest gate counts for detection, with the time-out of what it reads', () => {
  const signals = {
    lag: { scrape: 'http://api:8080/metrics', metric: 'lag', unit: 's' },
    up: { http: 'http://api:8080/health' },
    mem: { stat: 'memory', service: 'api' },
  }
  const detect = (abort: object) => samplePlan({ signals, abort, maxAbort: '30s' }).worstCase.detectMs
  expect(detect({ lag: '> 10s' })).toBe(3000 + 500 + 1000 + 100)
  expect(detect({ up: '< 1' })).toBe(3000 + 250 + 500 + 100)
  expect(detect({ mem: '> 1000' })).toBe(3000 + 1000 + 200 + 100)
  expect(detect({ lag: '> 10s', up: '< 1' })).toBe(detect({ lag: '> 10s' }))
})

test('the agent dead: a sandbox ends with it, without walls the reaper is waited for', () => {
  expect(samplePlan().worstCase.agentDeathMs).toBe(500)
  expect(samplePlan({ containment: 'process' }).worstCase.agentDeathMs).toBe(1000 + 5000)
})

test('plan and policy for 10,000 targets take at most 100 ms', () => {
  const stack = { ...sampleStack(), services: [sampleService('api', 1), sampleService('worker', 10_000)] }
  const charter = sampleCharter()
  const took = Array.from({ length: 5 }, () => {
    const begun = performance.now()
    const built = planOf(charter, stack)
    expect(built.ok && decide(built.plan, charter, sampleLab).effect).toBe('allow')
    return performance.now() - begun
  })
  expect(Math.min(...took)).toBeLessThan(100)
})
