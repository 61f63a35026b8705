import { describe, expect, test } from 'vitest'
import { holding, realLab } from '../support/real-lab.ts'

/** `front` asks `back` twenty times a second and prints an error when it gets no answer; the flood prints more than the evidence keeps. */
const STACK = {
  'stacks/compose.yaml': `services:
  back: { command: node back.mjs, ports: ["7000"] }
  front: { command: node front.mjs, depends_on: [back] }
`,
  'stacks/back.mjs': `import { createServer } from 'node:net'
createServer((socket) => socket.end()).listen(7000, process.env.HOST)
`,
  'stacks/front.mjs': `import { connect } from 'node:net'
const ask = () => connect(7000, process.env.BACK_HOST).on('error', (error) => console.log('ERROR no answer: ' + error.code)).resume()
setInterval(ask, 50)
setInterval(() => { for (let line = 0; line < 400; line++) console.error('flood') }, 200)
`,
}

const charter = (log: string, gate: string, fault = 'process.kill'): string => `hypothesis: front is quiet
signals:
  errors: ${log}
  there: { stat: processes, service: front, every: 200ms }
fault: { kind: ${fault}, target: back }
ramp: { steps: [1], hold: 4s }
abort:
  errors: { breach: "${gate}", window: 500ms, fresh: 2s }
  there: { breach: "> 100", window: 500ms, fresh: 2s }
baseline: 1s
recovery: 2s
lease: 4s
maxAbort: 20s
`

async function ran(text: string) {
  using lab = realLab(STACK)
  const run = lab.start(lab.write('charters/logs.yaml', text))
  await run.until(holding)
  const exit = await run.ended
  return {
    exit,
    told: run.told,
    gate: run.told.records.flatMap(({ body }) => (body.kind === 'gate' && body.state.gate === 'errors' ? [body.state] : [])),
  }
}

describe('a gate on what a service prints', () => {
  test('is green while it prints none of it, and breached by the errors of the fault', async () => {
    const { exit, told, gate } = await ran(charter('{ log: "ERROR no answer", service: front, every: 200ms }', '> 5/s'))
    expect({ exit, endedBy: told.end?.verdict.endedBy }, told.stderr).toEqual({ exit: 1, endedBy: 'gate-breach' })
    expect(gate.some(({ state, value }) => state === 'OK' && value === 0)).toBe(true)
    expect(told.acts('verified').length).toBe(1)
  })

  test('counts every line of a flood, of which the evidence keeps 200 a second', async () => {
    const { told, gate } = await ran(charter('{ log: flood, service: front, every: 200ms }', '> 5000/s'))
    const values = gate.flatMap(({ state, value }) => (state === 'OK' && value !== undefined ? [value] : []))
    expect(Math.max(...values), told.stderr).toBeGreaterThan(1200)
  })

  test.each(['process.kill', 'process.pause'])('is not green because the service that would print cannot: %s', async (fault) => {
    const { exit, told, gate } = await ran(charter('{ log: ERROR, service: back, every: 200ms }', '> 5/s', fault))
    expect({ exit, endedBy: told.end?.verdict.endedBy }, told.stderr).toEqual({ exit: 3, endedBy: 'gate-unknown' })
    expect(gate.findLast(({ reason }) => reason !== undefined)).toMatchObject({ state: 'UNKNOWN' })
  })
})
