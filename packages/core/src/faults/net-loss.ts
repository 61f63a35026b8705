import type { SpecOf, Zod } from '../zod.ts'
import { defineFault } from './fault.ts'
import { twoServices } from './fields.ts'
import { dropOnLink } from './link-rules.ts'

const schema = (z: Zod) =>
  z.strictObject({
    kind: z.literal('net.loss'),
    between: twoServices(z),
    percent: z
      .number()
      .min(0.1)
      .max(100)
      .multipleOf(0.1)
      .default(10)
      .describe('how many of a hundred packets are dropped, each way, in steps of 0.1'),
  })
export type NetLoss = SpecOf<typeof schema>

/** Timed by the kernel: it ends after one lease when nobody renews it. */
export const netLoss = defineFault<NetLoss>({
  kind: 'net.loss',
  group: 'network',
  afflicted: 'losing packets',
  summary: 'drops a random part of the packets between two services, both ways',
  worst: 'connections slow down by retransmission, and time out at high rates',
  schema,
  needs: ['nft'],
  touches: ['nft'],
  example: { kind: 'net.loss', between: ['api', 'worker'], percent: 30 },
  target: (spec) => ({ of: 'links', between: spec.between }),
  spread: () => ({ kind: 'at-once' }),
  acts: ({ percent }) => dropOnLink(`numgen random mod 1000 < ${Math.round(percent * 10)}`),
  sentence: ({ between: [a, b], percent }) => `drop ${percent} % of the packets between ${a} and ${b}, both ways`,
})
