import type { Look, Need, PlannedTarget, Service, Stack, Step } from '@safechaos/core'
import type { Enclosure, Probe } from '../containment.ts'

const SERVICE: Service = {
  name: 'probe',
  replicas: 1,
  command: ['sleep', '60'],
  cwd: '.',
  environment: {},
  dependsOn: [],
  health: undefined,
  restart: 'no',
  networks: ['default'],
  volumes: [],
  ports: [],
}
const STACK: Stack = { name: 'probe', services: [SERVICE], networks: ['default'] }
const TARGET: PlannedTarget = { id: 'probe#1', members: ['probe#1'] }
const DEADLINE_MS = 2000
const TABLE = 'sc_probe'

interface Trial {
  readonly act: Step
  readonly landed: Look
  readonly undo: Step
  readonly back: Look
}

/** Each need by its smallest harm and its undo, both looked at. */
const TRIALS: Readonly<Record<Need, Trial>> = {
  signals: {
    act: { do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: DEADLINE_MS },
    landed: { look: 'process', in: 'target', expect: 'stopped', deadlineMs: DEADLINE_MS },
    undo: { do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: DEADLINE_MS },
    back: { look: 'process', in: 'target', expect: 'not-stopped', deadlineMs: DEADLINE_MS },
  },
  hold: {
    act: { do: 'hold', in: 'target', tool: 'prlimit', args: ['--cpu=5', '--', 'sha256sum', '/dev/zero'], deadlineMs: DEADLINE_MS },
    landed: { look: 'held', in: 'target', expect: 'alive', deadlineMs: DEADLINE_MS },
    undo: { do: 'release', in: 'target', deadlineMs: DEADLINE_MS },
    back: { look: 'held', in: 'target', expect: 'none', deadlineMs: DEADLINE_MS },
  },
  nft: {
    act: { do: 'exec', in: 'network', tool: 'nft', args: ['add', 'table', 'inet', TABLE], deadlineMs: DEADLINE_MS },
    landed: { look: 'exec', in: 'network', tool: 'nft', args: ['list', 'tables'], expect: 'matches', pattern: TABLE, deadlineMs: DEADLINE_MS },
    undo: { do: 'exec', in: 'network', tool: 'nft', args: ['delete', 'table', 'inet', TABLE], deadlineMs: DEADLINE_MS },
    back: { look: 'exec', in: 'network', tool: 'nft', args: ['list', 'tables'], expect: 'lacks', pattern: TABLE, deadlineMs: DEADLINE_MS },
  },
  services: {
    act: { do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: DEADLINE_MS },
    landed: { look: 'process', in: 'target', expect: 'ended', deadlineMs: DEADLINE_MS },
    undo: { do: 'service', in: 'enclosure', action: 'restore', deadlineMs: DEADLINE_MS },
    back: { look: 'service', in: 'enclosure', expect: 'as-desired', deadlineMs: DEADLINE_MS },
  },
}

/** Tries every need in an open enclosure, on a service of its own; a failure is a value. `labDir` is used as the stack's folder. */
export async function tryNeeds(enclosure: Enclosure, labDir: string): Promise<Probe['needs']> {
  await enclosure.prepare(STACK, labDir)
  await enclosure.start()
  const tried: Probe['needs'][number][] = []
  for (const need of ['signals', 'hold', 'nft', 'services'] as const)
    tried.push({ need, ...(await tryOne(enclosure, `probe-${need}`, TRIALS[need])) })
  return tried
}

async function tryOne(enclosure: Enclosure, act: string, trial: Trial): Promise<{ works: boolean; detail: string }> {
  await enclosure.arm(act, TARGET, [trial.undo])
  const done = await enclosure.run(act, TARGET, trial.act)
  if (!done.ok) return { works: false, detail: done.detail }
  const landed = await enclosure.look(act, TARGET, trial.landed)
  const undone = await enclosure.run(act, TARGET, trial.undo)
  const back = await enclosure.look(act, TARGET, trial.back)
  await enclosure.disarm(act)
  return { works: landed.seen === 'yes' && undone.ok && back.seen === 'yes', detail: [landed, undone, back].map(({ detail }) => detail).join('; ') }
}
