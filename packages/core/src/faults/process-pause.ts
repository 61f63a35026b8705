import type { SpecOf, Zod } from '../zod.ts'
import { defineFault } from './fault.ts'
import { serviceName } from './fields.ts'

const schema = (z: Zod) =>
  z.strictObject({
    kind: z.literal('process.pause'),
    target: serviceName(z).describe('the service whose processes are stopped'),
  })
export type ProcessPause = SpecOf<typeof schema>

/** Stays until somebody continues it: no kernel timer ends a stop, so agent, init and reaper each can. */
export const processPause = defineFault<ProcessPause>({
  kind: 'process.pause',
  group: 'process',
  afflicted: 'paused',
  summary: 'freezes every process of a service, which keeps its connections open and answers nothing',
  worst: 'callers wait until their own time-outs; locks and leases that the service holds elsewhere are not given back',
  schema,
  needs: ['signals'],
  touches: ['services', 'process-state'],
  example: { kind: 'process.pause', target: 'worker' },
  target: (spec) => ({ of: 'members', service: spec.target }),
  spread: () => ({ kind: 'at-once' }),
  acts: () => ({
    inject: [{ do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: 1000 }],
    undo: [{ do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 }],
    verify: [{ look: 'process', in: 'target', expect: 'not-stopped', deadlineMs: 1000 }],
    landed: [{ look: 'process', in: 'target', expect: 'stopped', deadlineMs: 1000 }],
    holderDeath: 'persists',
    selfExpires: false,
    onRestart: 'ends',
  }),
  sentence: ({ target }) => `stop every process of ${target} (SIGSTOP) until it is continued`,
})
