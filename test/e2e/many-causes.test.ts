import { abortRun } from '@safechaos/agent'
import type { Body, EndCause } from '@safechaos/core'
import { runExperiment } from '@safechaos/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { type RealLab, realLab, Told } from '../support/real-lab.ts'

let lab: RealLab
beforeAll(() => {
  lab = realLab(CALM_STACK)
  process.env.XDG_STATE_HOME = lab.environment.XDG_STATE_HOME
}, 120_000)
afterAll(() => lab[Symbol.dispose]())

const quick = calmCharter({ ramp: '{ steps: [100%], hold: 300ms }' })
const breaking = calmCharter({
  load: '{ get: "http://api:8080/", rate: 50/s, timeout: 500ms }',
  fault: '{ kind: process.pause, target: api }',
  abort: '{ errorRatio: { breach: "> 60%", window: 250ms, minRequests: 5, fresh: 3s } }',
})
const isEnd = (cause: EndCause) => (body: Body) => body.kind === 'end-cause' && body.cause === cause
const isPassed = (body: Body): boolean => body.kind === 'ramp' && body.state === 'passed'

/** Several reasons to end in one instant: `act` is called in the very moment of the record that `when` describes. */
async function runUntil(charter: string, when: (body: Body) => boolean, act: (stop: AbortController, run: string) => void): Promise<Told> {
  const told = new Told()
  const stop = new AbortController()
  let done = false
  await runExperiment(
    { charter: lab.write('charters/one.yaml', charter) },
    {
      stop: stop.signal,
      onRecord: (record) => {
        told.records.push(record)
        if (done || !when(record.body)) return
        done = true
        act(stop, told.run)
      },
    },
  )
  return told
}

describe('several reasons to end in one moment are one end, one undo, and all of them are recorded', () => {
  const byFile = (_: AbortController, run: string): void => void abortRun(lab.stateDir, run)
  const byHand = (stop: AbortController): void => stop.abort()
  const byBoth = (stop: AbortController, run: string): void => (byFile(stop, run), stop.abort())
  test.each([
    ['the last stage has passed, and a person stops it', quick, isPassed, byHand, ['operator']],
    ['it is complete, and a person stops it', quick, isEnd('completed'), byHand, ['completed', 'operator']],
    ['it is complete, and the abort file is written', quick, isEnd('completed'), byFile, ['completed', 'operator']],
    ['a gate is breached, and a person stops it in both ways', breaking, isEnd('gate-breach'), byBoth, ['gate-breach', 'operator']],
  ] as const)('%s', async (_, charter, when, act, causes) => {
    const told = await runUntil(charter, when, act)
    const ends = told.bodies('end-cause')
    expect([...new Set(ends.map(({ cause }) => cause))]).toEqual(causes)
    expect(ends.map(({ first }) => first)).toEqual(ends.map((_, index) => index === 0))
    expect(told.bodies('reverted')).toHaveLength(1)
    expect(told.acts('injected')).toHaveLength(1)
    expect(told.acts('undone')).toHaveLength(1)
    expect(told.acts('verified')).toHaveLength(1)
    for (const stage of ['revert', 'verify', 'close', 'judge'] as const)
      expect(told.bodies('stage').filter((body) => body.stage === stage && body.state === 'done')).toHaveLength(1)
    expect(told.bodies('verdict').map(({ verdict }) => verdict.endedBy)).toEqual([causes[0]])
  })
})
