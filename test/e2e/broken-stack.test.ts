import { expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { realLab } from '../support/real-lab.ts'

const services = (more: string): Readonly<Record<string, string>> => ({
  ...CALM_STACK,
  'stacks/compose.yaml': `${CALM_STACK['stacks/compose.yaml']}${more}`,
})

test('a service that cannot start is the stack’s, not the lab’s, and the enclosure that it was started in stood', async () => {
  using lab = realLab(services('  broken: { command: [nodee, x] }\n'))
  const { exit, told } = await lab.run(lab.write('charters/one.yaml', calmCharter()))
  expect(exit).toBe(3)
  expect(told.end?.verdict).toMatchObject({
    endedBy: 'stack',
    sentence: expect.stringContaining('nothing was injected: the stack did not start: broken#1 ') as string,
    containment: { why: 'the enclosure stood, but not the whole stack in it, so no wall was tried' },
  })
})

test('a service that ended right after it was started is named once, with its exit and the last line it printed', async () => {
  using lab = realLab(services(`  hasty: { command: [sh, -c, 'echo no database >&2'] }\n`))
  const { exit, told } = await lab.run(lab.write('charters/one.yaml', calmCharter()))
  expect(exit).toBe(3)
  expect(told.end?.verdict).toMatchObject({
    endedBy: 'preflight',
    hypothesis: {
      why: expect.stringContaining(
        ': every service is well before anything is broken: hasty#1 exited with code 0 (no database); `safechaos logs`',
      ) as string,
    },
  })
  expect(told.end?.verdict.hypothesis.why.match(/hasty#1/g)).toHaveLength(1)
})
