import { z } from 'zod'
import { Duration, durationText } from '../units.ts'
import { defineFault } from './fault.ts'
import { CommandLinePattern, ServiceName } from './fields.ts'
import { SIGNALS } from './step.ts'

const ProcessKill = z.strictObject({
  kind: z.literal('process.kill'),
  target: ServiceName.describe('the service whose processes die'),
  signal: z.enum(SIGNALS).exclude(['SIGSTOP', 'SIGCONT']).default('SIGKILL').describe('the signal that is sent first'),
  grace: Duration.optional().describe('after this long, SIGKILL for what is still alive'),
  match: CommandLinePattern.optional().describe(
    'only processes whose command line matches, as pkill -f does; without it the main process of the service',
  ),
})
export type ProcessKill = z.infer<typeof ProcessKill>

/** One-shot: nothing holds it, so its undo gives back the service's desired state. */
export const processKill = defineFault<ProcessKill>({
  kind: 'process.kill',
  group: 'process',
  afflicted: 'killed',
  summary: 'ends processes of a service by a signal, and keeps a service down that does not restart by itself',
  worst: 'work in flight is lost; what the process had not written is gone',
  schema: ProcessKill as z.ZodType<ProcessKill>,
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
    undo: [{ do: 'service', in: 'enclosure', action: 'restore', deadlineMs: 1000 }],
    verify: [{ look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: 4000 }],
    landed: [{ look: 'process', in: 'target', expect: 'ended', deadlineMs: 1000 + (grace ?? 0) }],
    holderDeath: 'persists',
    selfExpires: false,
    onRestart: 'ends',
  }),
  sentence: ({ target, signal, grace, match }) =>
    `send ${signal}${grace === undefined ? '' : `, then SIGKILL after ${durationText(grace)},`} to ${match === undefined ? 'the main process' : `the processes matching /${match}/`} of ${target}`,
})
