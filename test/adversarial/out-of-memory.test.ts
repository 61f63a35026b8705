import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { type MemoryCage, memoryCage } from '../support/memory-cage.ts'
import { processesOfRun } from '../support/outside.ts'
import { realLab, skipLoudly } from '../support/real-lab.ts'

const CAGE_BYTES = 700 << 20
/** More than any process of the lab holds, and more than the hog has when the cage is full: by size alone it would be the one to go. */
const STRANGER_BYTES = 350 << 20

const HOG = {
  ...CALM_STACK,
  'stacks/compose.yaml': `${CALM_STACK['stacks/compose.yaml']}  hog: { command: node hog.mjs, restart: "no" }
`,
  'stacks/hog.mjs': `const kept = []
setTimeout(() => setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 10), 3000)
`,
}

/** Somebody else's program on a machine that is nearly full. */
async function stranger(cage: MemoryCage): Promise<{ readonly child: ChildProcess; readonly ended: Promise<unknown> }> {
  const hold = `const held = Buffer.alloc(${STRANGER_BYTES}, 1); console.log(held.length); setInterval(() => held[0], 1000)`
  const [file, ...words] = [...cage.enter, process.execPath, '-e', hold]
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  await once(child.stdout, 'data')
  return { child, ended }
}

test.for(['sandbox', 'process'])(
  'a service that eats all memory takes nobody outside with it: in %s (case 31)',
  { timeout: 120_000 },
  async (containment, context) => {
    const cage = memoryCage(`safechaos-test-${containment}`, CAGE_BYTES)
    if (cage === undefined) skipLoudly(context, 'no memory cgroup can be made here to run out of memory in', 'sudo npm test -- adversarial')
    const { child: bystander, ended } = await stranger(cage)
    try {
      using lab = realLab(HOG)
      const charter = calmCharter({ containment, ramp: '{ steps: [100%], hold: 4s }' })
      const run = lab.start(lab.write('charters/hog.yaml', charter), cage.enter)
      const exit = await run.ended
      expect(cage.kills(), 'the kernel ran out of memory').toBeGreaterThan(0)
      expect(bystander.signalCode, 'the stranger lives').toBeNull()
      expect(exit, run.told.stderr).toBe(0)
      expect(run.told.bodies('service').some(({ service, state }) => service === 'hog#1' && state === 'exited')).toBe(true)
      expect(processesOfRun(run.told.run)).toEqual([])
    } finally {
      bystander.kill('SIGKILL')
      await ended
      cage[Symbol.dispose]()
    }
  },
)
