import { expect, test } from 'vitest'
import type { ContainmentName } from '../plan/containment-traits.ts'
import { NO_RUN } from '../run/run-view.ts'
import { samplePlan } from '../testing/samples.ts'
import { provenance } from './provenance.ts'

const replay = (named: ContainmentName | undefined, ran: ContainmentName): string => {
  const plan = samplePlan()
  return provenance(
    { ...NO_RUN, planned: { digest: 'd', plan: { ...plan, containment: ran, charter: { ...plan.charter, containment: named } } } },
    [],
  ).replay
}

test('the command that runs it again names the containment where the charter alone would take another one', () => {
  expect(replay(undefined, 'sandbox')).toBe('safechaos run sample.yaml')
  expect(replay('process', 'process')).toBe('safechaos run sample.yaml')
  expect(replay(undefined, 'process')).toBe('safechaos run sample.yaml --containment process')
  expect(replay('process', 'sandbox')).toBe('safechaos run sample.yaml --containment sandbox')
})

test('without a plan there is no charter to name', () => expect(provenance(NO_RUN, []).replay).toBe('safechaos run CHARTER'))
