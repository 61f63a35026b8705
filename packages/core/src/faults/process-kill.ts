import { duration, durationText } from '../units.ts'
import type { SpecOf, Zod } from '../zod.ts'
import { defineFault } from './fault.ts'
import { commandLinePattern, endingSignal, serviceName } from './fields.ts'

/** The controller waits for an inject, and for what it looks like, no longer than a minute. */
const LONGEST_GRACE_MS = 30_000

const schema = (z: Zod) =>
  z
    .strictObject({
      kind: z.literal('process.kill'),
      target: serviceName(z).describe('the service whose processes die'),
      signal: endingSignal(z).describe('the signal that is sent first'),
      grace: duration(z)
        .refine((ms) => ms <= LONGEST_GRACE_MS, `grace is at most ${durationText(LONGEST_GRACE_MS)}`)
        .optional()
        .describe('after this long, SIGKILL for what is still alive'),
      match: commandLinePattern(z)
        .optional()
        .describe('only processes whose command line matches, as pkill -f does; without it the main process of the service'),
    })
    .refine(({ signal, grace }) => grace === undefined || signal !== 'SIGKILL', {
      path: ['grace'],
      message: 'there is nothing to wait for, since no process can refuse SIGKILL',
      params: { hint: 'grace is for signals that a process may refuse: signal: SIGTERM' },
    })
export type ProcessKill = SpecOf<typeof schema>

/**
 * One-shot: nothing holds it, so its undo gives back the service's desired state. Half of the undo's time is for what was told to end and is
 * still on its way.
 */
export const processKill = defineFault<ProcessKill>({
  kind: 'process.kill',
  group: 'process',
  afflicted: 'killed',
  summary: 'ends processes of a service by a signal, and keeps a service down that does not restart by itself',
  worst: 'work in flight is lost; what the process had not written is gone',
  schema,
  needs: ['signals', 'services'],
  touches: ['services', 'process-state'],
  example: { kind: 'process.kill', target: 'worker', signal: 'SIGTERM', grace: '2s' },
  target: (spec) => ({ of: 'members', service: spec.target }),
  spread: () => ({ kind: 'at-once' }),
  acts: ({ signal, grace, match }) => ({
    inject: [
      {
        do: 'signal',
        in: 'target',
        signal,
        ...(match === undefined ? {} : { match }),
        ...(grace === undefined ? {} : { then: { signal: 'SIGKILL', afterMs: grace } as const }),
        deadlineMs: 1000 + (grace ?? 0),
      },
    ],
    undo: [{ do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 3000 }],
    verify: [{ look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: 2000 }],
    landed: [{ look: 'process', in: 'target', expect: 'ended', deadlineMs: 1000 + (grace ?? 0) }],
    holderDeath: 'persists',
    selfExpires: false,
    onRestart: 'ends',
  }),
  sentence: ({ target, signal, grace, match }) =>
    `send ${signal}${grace === undefined ? '' : `, then SIGKILL after ${durationText(grace)},`} to ${match === undefined ? 'the main process' : `the processes matching /${match}/`} of ${target}`,
})
