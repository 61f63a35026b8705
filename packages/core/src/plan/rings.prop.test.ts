import { describe, expect, test } from 'vitest'
import { FAULTS, type FaultSpec } from '../faults/catalogue.ts'
import type { FaultDefinition } from '../faults/fault.ts'
import { zod } from '../zod.ts'
import { CONTAINMENT_TRAITS, type ContainmentTraits } from './containment-traits.ts'
import { ringsOf } from './rings.ts'

const cases = (FAULTS as unknown as readonly FaultDefinition<FaultSpec>[]).flatMap((fault) =>
  Object.entries<ContainmentTraits>(CONTAINMENT_TRAITS)
    .filter(([, traits]) => fault.needs.every((need) => traits.offers.includes(need)))
    .map(([name, traits]) => [fault.kind, name, fault, traits] as const),
)

describe.each(cases)('%s in %s', (_, name, fault, traits) => {
  const acts = fault.acts(fault.schema(zod).parse(fault.example))
  const rings = ringsOf(acts, traits, { ms: 3000, renewEveryMs: 1000 }, 2000)

  test('is ended by at least two rings of different numbers, each within a bound', () => {
    expect(new Set(rings.map((ring) => ring.ring)).size).toBeGreaterThanOrEqual(2)
    for (const ring of rings) expect(ring.withinMs).toBeGreaterThan(0)
  })

  test('has one more that does not need the agent to be alive', () => {
    expect(rings.filter((ring) => ring.ring !== 1).length).toBeGreaterThanOrEqual(2)
  })

  test('claims a kernel ring only for what the kernel holds', () => {
    const holds = acts.selfExpires || acts.inject.some((step) => step.do === 'hold') || name === 'sandbox'
    expect(rings.some((ring) => ring.ring === 0)).toBe(holds)
  })
})
