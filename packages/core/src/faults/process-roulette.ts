import { duration, durationText } from '../units.ts'
import type { SpecOf, Zod } from '../zod.ts'
import { defineFault } from './fault.ts'
import { endingSignal, serviceName } from './fields.ts'

const schema = (z: Zod) =>
  z.strictObject({
    kind: z.literal('process.roulette'),
    target: serviceName(z).describe('the service whose replicas are the possible victims'),
    signal: endingSignal(z).describe('the signal that a victim gets'),
    meanInterval: duration(z)
      .refine((ms) => ms >= 100, 'meanInterval is at least 100ms')
      .prefault('5s')
      .describe('the mean time between two victims; the times are exponential and come from the seed'),
  })
export type ProcessRoulette = SpecOf<typeof schema>

/** The plan holds every instant and every draw, so the same seed plays the same game again. */
export const processRoulette = defineFault<ProcessRoulette>({
  kind: 'process.roulette',
  group: 'process',
  afflicted: 'killed at random',
  summary: 'ends one random replica of a service after the other, at random times that the seed fixes',
  worst: 'work in flight is lost each time; a service whose restart is slower than the mean interval is gone for good during the run',
  schema,
  needs: ['signals', 'services'],
  touches: ['services', 'process-state'],
  example: { kind: 'process.roulette', target: 'worker', signal: 'SIGKILL', meanInterval: '3s' },
  target: (spec) => ({ of: 'members', service: spec.target }),
  spread: (spec) => ({ kind: 'random', meanIntervalMs: spec.meanInterval }),
  acts: ({ signal }) => ({
    inject: [{ do: 'signal', in: 'target', signal, deadlineMs: 1000 }],
    undo: [{ do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 3000 }],
    verify: [{ look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: 2000 }],
    landed: [{ look: 'process', in: 'target', expect: 'ended', deadlineMs: 1000 }],
    holderDeath: 'persists',
    selfExpires: false,
    onRestart: 'ends',
  }),
  sentence: ({ target, signal, meanInterval }) =>
    `send ${signal} to one random replica of ${target} after the other, every ${durationText(meanInterval)} on average`,
})
