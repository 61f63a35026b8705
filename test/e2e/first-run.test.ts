import { expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { realLab } from '../support/real-lab.ts'

const LOOKER = `  looker: { command: sh -c "while :; do echo looked $$(ls -A ../.safechaos); sleep 0.2; done", restart: always }\n`

/** Takes the command longer to read than the agent to make what services have around them. */
const LONG_LAB = `roles:\n${Array.from({ length: 6 }, (_, role) => `  r${role}: [${Array.from({ length: 390 }, (__, person) => `p${person}`).join(', ')}]\n`).join('')}`

test('services do not see the evidence of the very first run of a lab, whose folder was not there when the run began (case 31)', async () => {
  using lab = realLab({ ...CALM_STACK, 'lab.yaml': LONG_LAB, 'stacks/compose.yaml': CALM_STACK['stacks/compose.yaml'] + LOOKER })
  const { told, ended } = lab.start(lab.write('charters/first.yaml', calmCharter({ containment: 'sandbox', ramp: '{ steps: [100%], hold: 1s }' })))
  expect(await ended).toBe(0)
  const { stdout } = lab.cli('logs', '--run', told.run, 'looker')
  expect(stdout).toContain('looked')
  expect(stdout).not.toContain('runs')
})
