import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAULTS } from '../faults/catalogue.ts'
import { expandLab } from '../lab/expand-lab.ts'
import { DEMANDS, type Lab, TIERS } from '../lab/lab.ts'
import { sampleCharter, samplePlan } from '../testing/samples.ts'
import { decide } from './decide.ts'

const ENVIRONMENTS = ['dev', 'staging', 'preproduction', 'production'] as const
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

const limits = fc.record({
  maxTargets: maybe(fc.integer({ min: 1, max: 4 })),
  maxPercent: maybe(fc.constantFrom(25, 50, 100)),
  maxDuration: maybe(fc.constantFrom('30s', '1m', '2m')),
  approvals: fc.constantFrom({}, {}, { sre: 1 }, { sre: 1, platform: 1 }),
  needs: fc.subarray([...DEMANDS], { maxLength: 2 }),
})
const cell = fc
  .record({
    fault: fc.constantFrom('*', '*', 'process', 'process.kill', 'network', 'cpu.burn'),
    environment: fc.constantFrom('*', '*', ...ENVIRONMENTS),
    tier: fc.constantFrom('*', '*', ...TIERS),
  })
  .chain((place) =>
    fc.oneof(
      fc.constant({ ...place, deny: 'no' }),
      fc.constant(place),
      limits.map((more) => ({ ...place, ...more })),
    ),
  )
const source = fc.record({
  environments: fc
    .record({ staging: fc.integer({ min: 1, max: 3 }), preproduction: fc.integer({ min: 1, max: 3 }), production: fc.integer({ min: 1, max: 3 }) })
    .map((levels) => Object.fromEntries(Object.entries({ dev: 0, ...levels }).map(([name, level]) => [name, { level }]))),
  roles: fc.constant({ sre: ['Ana'], platform: ['Bob'] }),
  services: fc.constantFrom(...TIERS).map((tier) => ({ worker: { tier } })),
  matrix: fc.array(cell, { minLength: 1, maxLength: 5 }),
})
const wish = fc.record({
  fault: fc.constantFrom(
    { kind: 'process.kill', target: 'worker' },
    { kind: 'net.partition', between: ['api', 'worker'] },
    { kind: 'cpu.burn', target: 'worker' },
  ),
  ramp: fc.constantFrom({ steps: [1], hold: '5s' }, { steps: [1, '100%'], hold: '5s' }),
  limit: fc.constantFrom('30s', '2m'),
  containment: fc.constantFrom('sandbox', 'sandbox', 'process'),
  purpose: fc.constantFrom('learn', 'learn', undefined),
  rollback: fc.constantFrom('restart it', 'restart it', undefined),
  people: fc.constantFrom({ approvers: ['Bob'], notify: ['ops'] }, { approvers: ['Bob'] }, undefined),
})
const given = (object: object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

test('whatever the matrix, what a lab denies at one level it denies at every higher one, or the lab is refused', () => {
  const seen = { accepted: 0, refused: 0, allowed: 0 }
  fc.assert(
    fc.property(source, fc.array(wish, { minLength: 1, maxLength: 3 }), (text, wishes) => {
      const read = expandLab(JSON.parse(JSON.stringify(text)), { folderName: 'lab' })
      seen[read.ok ? 'accepted' : 'refused']++
      if (!read.ok) return
      const { environments } = read.value
      for (const { containment, ...more } of wishes) {
        const charter = sampleCharter(given(more))
        const effect = (environment: string): string =>
          decide({ ...samplePlan(given(more)), containment: containment as 'sandbox', environment }, charter, read.value).effect
        for (const low of ENVIRONMENTS)
          for (const high of ENVIRONMENTS) {
            if ((environments[low]?.level ?? 0) >= (environments[high]?.level ?? 0)) continue
            if (effect(high) === 'allow') seen.allowed++
            expect(effect(low) === 'deny' && effect(high) === 'allow').toBe(false)
          }
      }
    }),
    { numRuns: 1000 },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
})

test('a fault that worsens when its holder dies is denied everywhere outside dev, even by a matrix that allows all', () => {
  const open = (environment: string): Lab => {
    const read = expandLab({ environments: { dev: { level: 0 }, [environment]: { level: 1 } }, matrix: [{}] }, { folderName: 'lab' })
    if (!read.ok) throw new TypeError(JSON.stringify(read.problems))
    return read.value
  }
  const full = { purpose: 'learn', rollback: 'restart it', people: { approvers: ['Bob'], notify: [] } }
  const plan = samplePlan(full)
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.constantFrom(...FAULTS), (environment, fault) => {
      const asked = (holderDeath: 'reverts' | 'persists' | 'worsens') =>
        decide(
          { ...plan, environment, fault: { ...plan.fault, kind: fault.kind } as typeof plan.fault, templates: { ...plan.templates, holderDeath } },
          sampleCharter(full),
          open(environment),
        )
      expect(asked('reverts').effect).toBe('allow')
      expect(asked('persists').effect).toBe('allow')
      expect(asked('worsens')).toMatchObject({ effect: 'deny', why: [`${fault.kind} gets worse when its holder dies, which is for dev only`] })
    }),
  )
  expect(decide({ ...plan, templates: { ...plan.templates, holderDeath: 'worsens' } }, sampleCharter(full), open('dev')).effect).toBe('allow')
})
