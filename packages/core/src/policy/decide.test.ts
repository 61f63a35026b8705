import { describe, expect, test } from 'vitest'
import { type Cell, type CellLimits, type Lab } from '../lab/lab.ts'
import { sampleCharter, sampleLab, samplePlan } from '../testing/samples.ts'
import { decide, tierOfPlan } from './decide.ts'

const LIMITS: CellLimits = { maxTargets: undefined, maxPercent: undefined, maxDurationMs: undefined, approvals: {}, needs: [] }
const allow = (fault: string, environment: string, tier: Cell['tier'], limits: Partial<CellLimits> = {}): Cell => ({
  fault,
  environment,
  tier,
  decision: { allow: { ...LIMITS, ...limits } },
})
const deny = (fault: string, environment: string, tier: Cell['tier'], why = 'not here'): Cell => ({
  fault,
  environment,
  tier,
  decision: { deny: why },
})
const labOf = (matrix: readonly Cell[], more: Partial<Lab> = {}): Lab => ({
  ...sampleLab,
  environments: { dev: { level: 0 }, staging: { level: 1 } },
  matrix,
  ...more,
})
const ask = (more: object, lab: Lab) => decide(samplePlan(more), sampleCharter(more), lab)
const FULL = { environment: 'staging', purpose: 'learn', rollback: 'restart it', people: { approvers: ['Bob'], notify: [] } }

test('in dev everything is allowed without a lab file, and the cell that allows is named', () => {
  expect(ask({}, sampleLab)).toMatchObject({
    effect: 'allow',
    cell: { fault: '*', environment: 'dev' },
    why: ['the cell {fault: *, environment: dev, tier: *} allows process.kill in dev on tier normal'],
    smallestChange: undefined,
  })
})

test('no cell is a deny, with the cell that would have to be there', () => {
  expect(ask(FULL, labOf([]))).toEqual({
    effect: 'deny',
    cell: undefined,
    why: ['no cell of the matrix speaks of process.kill in staging on tier normal'],
    smallestChange: 'add a cell {fault: process.kill, environment: staging, tier: normal} to lab.yaml',
  })
})

test('an environment that the lab does not have is a deny', () => {
  const { effect, why } = ask({ ...FULL, environment: 'mars' }, labOf([allow('*', '*', '*')]))
  expect(effect).toBe('deny')
  expect(why).toEqual(['the lab has no environment "mars"; it has dev, staging'])
})

describe('the most specific cell wins', () => {
  test.each<[string, Cell[], 'allow' | 'deny']>([
    ['kind over group', [allow('process', 'dev', '*'), deny('process.kill', 'dev', '*')], 'deny'],
    ['group over any', [deny('*', 'dev', 'normal'), allow('process', '*', '*')], 'allow'],
    ['environment over any', [deny('*', '*', 'normal'), allow('*', 'dev', '*')], 'allow'],
    ['tier over any', [deny('*', 'dev', '*'), allow('*', 'dev', 'normal')], 'allow'],
    ['a deny among two alike, in whatever order', [allow('*', 'dev', '*'), deny('*', 'dev', '*')], 'deny'],
    ['a deny among two alike, in the other order', [deny('*', 'dev', '*'), allow('*', 'dev', '*')], 'deny'],
    ['others do not match', [deny('network', '*', '*'), deny('*', 'staging', '*'), deny('*', '*', 'critical'), allow('*', '*', '*')], 'allow'],
  ])('%s', (_, matrix, effect) => {
    expect(ask({}, labOf(matrix)).effect).toBe(effect)
  })

  test('a deny says why, and that a more specific cell would be needed', () => {
    expect(ask({}, labOf([deny('*', 'dev', '*', 'quarter end')]))).toMatchObject({
      why: ['the cell {fault: *, environment: dev, tier: *} denies: quarter end'],
      smallestChange: 'a more specific cell than the cell {fault: *, environment: dev, tier: *}',
    })
  })
})

test('of the two ends of a link the more critical one counts', () => {
  const plan = samplePlan({ fault: { kind: 'net.partition', between: ['api', 'worker'] } })
  expect(tierOfPlan(plan, labOf([], { services: { worker: { tier: 'critical' }, api: { tier: 'low' } } }))).toBe('critical')
})

describe('limits', () => {
  const within = (limits: Partial<CellLimits>, more: object = {}) => ask(more, labOf([allow('*', '*', '*', limits)]))

  test('on targets, as a number or a percentage, whichever is less', () => {
    expect(within({ maxTargets: 4, maxPercent: 100 }).effect).toBe('allow')
    expect(within({ maxTargets: 3, maxPercent: 50 })).toMatchObject({
      effect: 'deny',
      why: ['the ramp reaches 4 of 4 targets; the cell {fault: *, environment: *, tier: *} allows at most 3 targets and 50 %'],
      smallestChange: 'end the ramp at 2 targets',
    })
    expect(within({ maxPercent: 25 }).smallestChange).toBe('end the ramp at 1 target')
    expect(within({ maxTargets: 1 }).why[0]).toContain('at most 1 target')
    expect(within({ maxPercent: 10 }).smallestChange).toContain('not even one target fits')
    expect(within({ maxTargets: 2 }, { ramp: { steps: [2] } }).effect).toBe('allow')
  })

  test('on the time under fault', () => {
    expect(within({ maxDurationMs: 120_000 }).effect).toBe('allow')
    expect(within({ maxDurationMs: 60_000 }).smallestChange).toBe('set limit to 60 s')
  })

  test('approvals cannot be counted yet, so a cell that asks for them denies', () => {
    expect(within({ approvals: { sre: 2 } })).toMatchObject({
      effect: 'deny',
      smallestChange: 'wait until approvals can be given, or take sre out of the cell',
    })
    expect(within({ approvals: { sre: 0 } }).effect).toBe('allow')
  })

  test('a cell names every field that it asks for and the charter lacks', () => {
    const needs = ['purpose', 'invariants', 'rollback', 'schedule', 'approvers', 'notify', 'walls'] as const
    const denied = within({ needs }, { containment: 'process' })
    expect(denied.why).toHaveLength(7)
    expect(denied.smallestChange).toContain(
      'give purpose; give invariants; give rollback; give schedule.window; give people.approvers; give people.notify; give a containment with walls',
    )
    const full = {
      purpose: 'learn',
      rollback: 'restart it',
      schedule: { window: 'mornings' },
      people: { approvers: ['Bob'], notify: ['ops'] },
      invariants: { balanced: { get: 'http://api:8080/invariant' } },
    }
    expect(within({ needs }, full).effect).toBe('allow')
    expect(within({ needs: ['purpose', 'rollback'] }, { purpose: '  ', rollback: ' ' }).why).toHaveLength(2)
  })
})

describe('above the matrix', () => {
  const open = labOf([allow('*', '*', '*')])

  test('a containment without walls is for dev only', () => {
    expect(ask({ containment: 'process' }, open).effect).toBe('allow')
    const denied = ask({ ...FULL, containment: 'process' }, open)
    expect(denied.why[0]).toBe('containment process has no walls and is for dev only')
    expect(denied.smallestChange).toContain('use containment: sandbox')
  })

  test('outside dev a charter must say more, whatever the matrix asks for', () => {
    expect(ask(FULL, open).effect).toBe('allow')
    expect(ask({ environment: 'staging' }, open).why).toEqual([
      'purpose is missing; staging asks for it',
      'rollback is missing; staging asks for it',
      'people.approvers is missing; staging asks for it',
    ])
  })

  test('outside dev a fault that gets worse alone, or that fewer than two rings end, is refused', () => {
    const plan = samplePlan(FULL)
    const worse = { ...plan, rings: plan.rings.slice(0, 1), templates: { ...plan.templates, holderDeath: 'worsens' as const } }
    expect(decide(worse, sampleCharter(FULL), open).why).toEqual([
      'process.kill gets worse when its holder dies, which is for dev only',
      'fewer than two independent things would end the fault',
    ])
    expect(decide({ ...worse, environment: 'dev' }, sampleCharter(FULL), open).effect).toBe('allow')
  })
})
