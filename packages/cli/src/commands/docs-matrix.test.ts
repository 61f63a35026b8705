import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { callIn } from '../../../../test/support/call-in.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/charter.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'safechaos-docs-matrix-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['ledger', 'the cell {fault: process, environment: staging, tier: critical} denies: not before the audit'],
  ['api', 'the cell {fault: process, environment: staging, tier: *} allows at most 2 targets and 25 %'],
])('the lab that the docs show decides on %s by the cell that a reader expects', async (service, why) => {
  const lab = join(folder, service)
  for (const name of ['stacks', 'charters']) mkdirSync(join(lab, name), { recursive: true })
  writeFileSync(join(lab, 'lab.yaml'), /```yaml\n([^`]*^matrix:[^`]*)```/m.exec(page)?.[1] ?? '')
  writeFileSync(join(lab, 'stacks/compose.yaml'), `services: { ${service}: { command: sleep 9, deploy: { replicas: 2 } } }\n`)
  const load = `{ get: 'http://${service}:80/', rate: 50/s }`
  const fault = `{ kind: process.kill, target: ${service} }`
  writeFileSync(join(lab, 'charters/a.yaml'), `hypothesis: x\nenvironment: staging\nload: ${load}\nfault: ${fault}\nabort: { errorRatio: '> 5%' }\n`)
  const { exit, out, err } = await callIn(folder, ['policy', 'explain'], lab)
  expect({ exit, err, out }).toEqual({ exit: 4, err: '', out: expect.stringContaining(why) as string })
})
