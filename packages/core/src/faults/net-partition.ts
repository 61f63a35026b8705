import { z } from 'zod'
import { defineFault } from './fault.ts'
import { TwoServices } from './fields.ts'
import { dropOnLink } from './link-rules.ts'

const NetPartition = z.strictObject({
  kind: z.literal('net.partition'),
  between: TwoServices,
})
export type NetPartition = z.infer<typeof NetPartition>

/** Timed by the kernel: it ends after one lease when nobody renews it. */
export const netPartition = defineFault<NetPartition>({
  kind: 'net.partition',
  group: 'network',
  afflicted: 'cut',
  summary: 'drops every packet between two services, both ways, while each still reaches all others',
  worst: 'both sides go on alone; what they write meanwhile may contradict each other',
  schema: NetPartition,
  needs: ['nft'],
  touches: ['nft'],
  example: { kind: 'net.partition', between: ['api', 'worker'] },
  target: (spec) => ({ of: 'links', between: spec.between }),
  spread: () => ({ kind: 'at-once' }),
  acts: () => dropOnLink(''),
  sentence: ({ between: [a, b] }) => `drop every packet between ${a} and ${b}, both ways`,
})
