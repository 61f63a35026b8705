import type { SpecOf, Zod } from '../zod.ts'
import { defineFault } from './fault.ts'
import { serviceName } from './fields.ts'
import type { HoldStep } from './step.ts'

const schema = (z: Zod) =>
  z.strictObject({
    kind: z.literal('cpu.burn'),
    target: serviceName(z).describe('the service beside which the cores are burned'),
    cores: z.int().min(1).max(64).default(1).describe('how many cores each target burns'),
  })
export type CpuBurn = SpecOf<typeof schema>

const burn: HoldStep = { do: 'hold', in: 'target', tool: 'prlimit', args: ['--cpu={limitSeconds}', '--', 'sha256sum', '/dev/zero'], deadlineMs: 1000 }

/** Bound to a child: it dies with its holder, and by its own CPU limit if even that fails. */
export const cpuBurn = defineFault<CpuBurn>({
  kind: 'cpu.burn',
  group: 'resource',
  afflicted: 'under CPU load',
  summary: 'keeps cores busy inside a service, by children that die with their parent',
  worst: 'everything on the same cores gets slower, also what is not part of the stack',
  schema,
  needs: ['hold'],
  touches: ['held'],
  example: { kind: 'cpu.burn', target: 'worker', cores: 2 },
  target: (spec) => ({ of: 'members', service: spec.target }),
  spread: () => ({ kind: 'at-once' }),
  acts: ({ cores }) => ({
    inject: Array.from({ length: cores }, () => burn),
    undo: [{ do: 'release', in: 'target', deadlineMs: 1000 }],
    verify: [{ look: 'held', in: 'target', expect: 'none', deadlineMs: 1000 }],
    landed: [{ look: 'held', in: 'target', expect: 'alive', deadlineMs: 1000 }],
    holderDeath: 'reverts',
    selfExpires: false,
    onRestart: 'persists',
  }),
  sentence: ({ target, cores }) => `keep ${cores === 1 ? 'one core' : `${cores} cores`} busy inside ${target}`,
})
