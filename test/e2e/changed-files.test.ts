import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { holding, type RealLab, realLab } from '../support/real-lab.ts'

/** Ends when its own file is another, and is started again from that. */
const TICKS = `import { statSync } from 'node:fs'
const written = () => statSync(new URL(import.meta.url)).mtimeMs
const began = written()
setInterval(() => (written() === began ? console.log('as planned') : process.exit(0)), 100)
`
const STACK = {
  ...CALM_STACK,
  'stacks/compose.yaml': `${CALM_STACK['stacks/compose.yaml']}  ticker: { command: node ../shared/ticker.mjs, restart: always }\n`,
  'shared/ticker.mjs': TICKS,
}

let lab: RealLab
beforeAll(() => {
  lab = realLab(STACK)
}, 120_000)
afterAll(() => lab[Symbol.dispose]())

describe.each(['sandbox', 'process'])('in %s', (containment) => {
  const charter = (): string => lab.write('charters/c.yaml', calmCharter({ containment, ramp: '{ steps: [100%], hold: 4s }' }))

  test('a program outside the folder of the stack that is changed under the fault runs at the next start, and the run does not hold', async () => {
    const { told, until, ended } = lab.start(charter())
    await until(holding)
    writeFileSync(join(lab.labDir, 'shared/ticker.mjs'), TICKS.replace('as planned', 'exchanged'))
    const exit = await ended
    expect(lab.cli('logs', '--run', told.run, 'ticker').stdout).toContain('exchanged')
    const why = expect.stringContaining("the stack's files changed during the run: shared/ticker.mjs") as string
    expect(told.end?.verdict).toMatchObject({ hypothesis: { state: 'inconclusive', why }, evidence: { state: 'gaps', why } })
    expect(exit).toBe(3)
    writeFileSync(join(lab.labDir, 'shared/ticker.mjs'), TICKS)
  })

  test('what services write, and what people write about experiments meanwhile, changes nothing', async () => {
    const { told, until, ended } = lab.start(charter())
    await until(holding)
    lab.write('charters/next.yaml', calmCharter({ hypothesis: 'one more' }))
    expect(await ended).toBe(0)
    expect(told.end?.verdict).toMatchObject({ hypothesis: { state: 'held' }, evidence: { state: 'complete' } })
  })
})
