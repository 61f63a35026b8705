import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realLab } from '../support/real-lab.ts'

/** Says where each of its descriptors leads, and that it is done. */
const LOOK = 'for fd in /proc/self/fd/*; do readlink $fd; done; echo looked; exec sleep 600'
const STACK = `services:\n  a: { command: [sh, -c, ${JSON.stringify(LOOK.replaceAll('$', '$$$$'))}] }\n`
const CHARTER = `hypothesis: nothing of ours is open inside
signals: { there: { stat: processes, service: a, every: 200ms } }
fault: { kind: process.pause, target: a }
abort: { there: { breach: "> 1000" } }
ramp: { hold: 0s }
baseline: 0s
recovery: 1s
`

test.each(['sandbox', 'process'])('what the caller of a run had open is open in no service (%s)', async (containment) => {
  using lab = realLab({ 'stacks/compose.yaml': STACK, 'charters/c.yaml': `${CHARTER}containment: ${containment}\n` })
  const outside = join(lab.folder, 'outside')
  mkdirSync(outside)
  const run = lab.start('charters/c.yaml', ['bash', '-c', 'exec 60<"$0" 200>>"$0/lock"; exec "$@"', outside])
  await run.ended
  const runDir = run.told.end?.runDir ?? ''
  const said = readdirSync(runDir)
    .filter((name) => name.startsWith('logs'))
    .map((name) => readFileSync(join(runDir, name), 'utf8'))
    .join('')
  expect(said).toContain('looked')
  expect(said).not.toContain(outside)
})
