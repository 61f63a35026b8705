import type { SpecOf, Zod } from '../zod.ts'
import { defineFault } from './fault.ts'
import { twoServices } from './fields.ts'
import { dropOnLink } from './link-rules.ts'

const schema = (z: Zod) =>
  z.strictObject({
    kind: z.literal('net.partition'),
    between: twoServices(z),
  })
export type NetPartition = SpecOf<typeof schema>

/** Timed by the kernel: it ends after one lease when nobody renews it. */
export const netPartition = defineFault<NetPartition>({
  kind: 'net.partition',
  group: 'network',
  afflicted: 'cut',
  summary: 'drops every packet between two services, both ways, while each still reaches all others',
  worst: 'both sides go on alone; what they write meanwhile may contradict each other',
  schema,
  needs: ['nft'],
  touches: ['nft'],
  example: { kind: 'net.partition', between: ['api', 'worker'] },
  target: (spec) => ({ of: 'links', between: spec.between }),
  spread: () => ({ kind: 'at-once' }),
  acts: () => dropOnLink(''),
  sentence: ({ between: [a, b] }) => `drop every packet between ${a} and ${b}, both ways`,
})
