import { setTimeout as sleep } from 'node:timers/promises'
import { abortRun } from '@safechaos/agent'
import type { Body } from '@safechaos/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { type RealLab, realLab } from '../support/real-lab.ts'

const stackWith = (trap: string) => ({
  ...CALM_STACK,
  'stacks/compose.yaml': `name: mid
services:
  api: { command: node api.mjs, ports: ["8080"], restart: always }
  worker: { command: sh worker.sh, restart: "no" }
`,
  'stacks/worker.sh': `trap '${trap}' TERM\nwhile :; do sleep 0.05; done\n`,
})

/** What the plan prints for a person's abort, and what a machine that is busy with other tests may add. */
const SLACK_MS = 2500

const isInject = (body: Body): boolean => body.kind === 'ramp' && body.state === 'inject'

let lab: RealLab | undefined
beforeEach(() => void (lab = undefined), 120_000)
afterEach(() => lab?.[Symbol.dispose]())

test.each([
  ['a signal with a grace, which the service ignores', '', '{ kind: process.kill, target: worker, signal: SIGTERM, grace: 8s }'],
  ['a signal that takes the service longer to obey than a renewal', 'sleep 4; exit', '{ kind: process.kill, target: worker, signal: SIGTERM }'],
])(
  'an abort in the middle of %s ends it within the bound, by its own cause, and nothing happens later',
  async (_, trap, fault) => {
    lab = realLab(stackWith(trap))
    const run = lab.start(lab.write('charters/mid.yaml', calmCharter({ fault, recovery: '6s', maxAbort: '30s' })))
    await run.until(isInject)
    await sleep(700)
    const askedAt = Date.now()
    abortRun(lab.stateDir, run.told.run)
    expect(await run.ended, run.told.stderr).toBe(2)
    const { told } = run
    expect(new Set(told.bodies('end-cause').map(({ cause }) => cause)), 'the one cause').toEqual(new Set(['operator']))
    expect(told.end?.verdict, JSON.stringify(told.end)).toMatchObject({ endedBy: 'operator', rollback: { state: 'clean' } })
    const { dispatchMs, revertMs, verifyMs } = told.planned.plan.worstCase
    expect(told.lastVerifiedAt - askedAt).toBeLessThan(dispatchMs + revertMs + verifyMs + SLACK_MS)
    expect(told.bodies('residue').flatMap(({ residue }) => residue.found)).toEqual([])
    const after = told.records.filter(({ at, body }) => at > told.lastVerifiedAt && body.kind === 'service' && body.service === 'worker#1')
    expect(
      after.filter(({ body }) => body.kind === 'service' && body.state === 'exited').length,
      'until its enclosure is closed',
    ).toBeLessThanOrEqual(1)
  },
  120_000,
)
