import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildIfStale } from '../../scripts/build.ts'
import { packagedEntry } from '../bench/packaged.ts'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { processesOfRun } from '../support/outside.ts'
import { skipLoudly } from '../support/real-lab.ts'

const NODES = join(import.meta.dirname, '../../.nodes')
const PACKAGE = `node-linux-${process.arch}`

let folder: string
beforeEach(() => {
  buildIfStale()
  folder = mkdtempSync(join(tmpdir(), 'safechaos-other-node-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function labWith(files: Readonly<Record<string, string>>): string {
  const lab = join(folder, 'lab')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(lab, name)), { recursive: true })
    writeFileSync(join(lab, name), text)
  }
  return lab
}

test.for(['22.18.0', '26.10.0'])('the published package makes a whole run under Node %s, and says nothing but its JSON', (version, context) => {
  const node = join(NODES, version, 'node_modules', PACKAGE, 'bin/node')
  if (!existsSync(node)) skipLoudly(context, `Node ${version} is not there`, 'sh scripts/other-nodes.sh')
  const lab = labWith({ 'lab.yaml': 'name: other\n', ...CALM_STACK, 'charters/pause.yaml': calmCharter({ ramp: '{ steps: [100%], hold: 300ms }' }) })
  const env = { PATH: `${dirname(node)}:${process.env.PATH}`, HOME: folder, XDG_STATE_HOME: join(folder, 'state') }
  const ran = spawnSync(node, [packagedEntry(folder), 'run', join(lab, 'charters/pause.yaml'), '--json'], {
    cwd: lab,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(ran.stdout.split('\n')[0] ?? '')).toMatchObject({ record: { body: { kind: 'begun', versions: { node: version } } } })
  const end = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as { readonly run: string; readonly runDir: string }
  expect(existsSync(join(end.runDir, 'report.html'))).toBe(true)
  expect(processesOfRun(end.run)).toEqual([])
})
