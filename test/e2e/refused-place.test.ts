import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { realLab, skipLoudly } from '../support/real-lab.ts'

const CHARTER = `hypothesis: nothing starts
signals: { there: { stat: processes, service: a, every: 1s } }
fault: { kind: process.pause, target: a }
abort: { there: { breach: "> 1000" } }
`

test.for([
  ['run', 'charters/c.yaml'],
  ['up', 'stacks/compose.yaml'],
])('a lab that the sandbox refuses to show is not opened without walls instead (%s)', (words, context) => {
  if (process.getuid?.() !== 0) skipLoudly(context, 'only root becomes another user', 'sudo npm test -- e2e')
  using lab = realLab({ 'stacks/compose.yaml': 'services:\n  a: { command: [sleep, "600"] }\n', 'charters/c.yaml': CHARTER })
  chmodSync(lab.labDir, 0o700)
  const ran = lab.cli(...words)
  expect(ran).toMatchObject({ status: 3, stderr: expect.stringMatching(/cannot read .*chmod -R o\+rX .*SC_PLACE/s) as string })
  expect(ran.stdout).not.toContain('starting')
  expect(JSON.parse(lab.cli('status', '--json').stdout)).toMatchObject({ owed: [], locked: [] })
})
