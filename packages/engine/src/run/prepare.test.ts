import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ERRORS, problemText, SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prepare, type RunOptions } from './prepare.ts'

let lab = ''
beforeEach(() => {
  lab = realpathSync(mkdtempSync(join(tmpdir(), 'safechaos-prepare-')))
  mkdirSync(join(lab, 'charters'))
  mkdirSync(join(lab, 'stacks'))
  writeFileSync(join(lab, 'lab.yaml'), 'name: shop\n')
  writeFileSync(join(lab, 'stacks/compose.yaml'), 'services:\n  api: { command: sleep 9, deploy: { replicas: 2 } }\n')
})
afterEach(() => rmSync(lab, { recursive: true }))

const CHARTER = `hypothesis: paying works
load: { get: http://api:8080/, rate: 50/s }
fault: { kind: cpu.burn, target: api }
abort: { errorRatio: "> 5%" }
`

/** The exit code, and every problem as people see it. */
async function refusal(text: string, options: Omit<RunOptions, 'charter'> = {}): Promise<string> {
  const charter = join(lab, 'charters/c.yaml')
  writeFileSync(charter, text)
  const error: unknown = await prepare({ charter, ...options }).catch((thrown: unknown) => thrown)
  if (!(error instanceof SafechaosError)) throw new Error('it was not refused')
  return [`exit ${ERRORS[error.code].exit}`, ...error.problems.map(problemText)].join('\n').replaceAll(`${lab}/`, '')
}

test('a ramp beyond the targets is refused at its step', async () => {
  expect(await refusal(`${CHARTER}ramp: { steps: [1, 5] }\n`)).toMatch(
    /^exit 64\ncharters\/c.yaml:5:20: the ramp asks for 5 targets and there are 2 /,
  )
})

test('a fault that the containment cannot make is refused at the containment, or at the fault where the charter names none', async () => {
  const why = 'cpu.burn needs hold, which containment process does not offer [SC_INVALID]'
  expect(await refusal(`${CHARTER}containment: process\n`)).toContain(`exit 64\ncharters/c.yaml:5:14: ${why}`)
  for (const text of [CHARTER, `${CHARTER}containment: sandbox\n`])
    expect(await refusal(text, { containment: 'process' })).toContain(`exit 64\ncharters/c.yaml:3:16: ${why}`)
})

test('a machine that offers nothing better than such a containment is no mistake of the charter', async () => {
  const text = await refusal(CHARTER, { containment: 'process', fellBack: 'sandbox does not work here' })
  expect(text).toContain('exit 3\nsandbox does not work here [SC_CONTAINMENT]')
  expect(text).toContain('charters/c.yaml:3:16: cpu.burn needs hold')
})
