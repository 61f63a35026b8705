import { describe, expect, test } from 'vitest'
import { HOSTILE_STACK } from '../support/hostile-stack.ts'
import { commandLineOf, processesOfRun } from '../support/outside.ts'
import { atMost, holding, realLab, type Told } from '../support/real-lab.ts'

/** Late timers and process starts of a busy machine; the bound itself is the plan's. */
const NOISE_MS = 3000
const someAtOnce = atMost(4)

/** A charter with one gate that goes blind under the fault, and two that do not. */
const charter = (signal: string, gate: string, fault = '{ kind: process.pause, target: friend }'): string => `hypothesis: we see what happens
load: { get: "http://api:8080/", rate: 50/s, timeout: 500ms }
signals:
  lag: ${signal}
  alive: { http: "http://api:8080/", every: 100ms, timeout: 500ms }
fault: ${fault}
ramp: { steps: [100%], hold: 20s }
abort:
  lag: { breach: "${gate}", window: 250ms, fresh: 1s }
  alive: { breach: "< 1", window: 500ms, fresh: 2s }
  errorRatio: { breach: "> 60%", window: 500ms, minRequests: 5, fresh: 2s }
baseline: 500ms
recovery: 1s
lease: 5s
maxAbort: 20s
`

const scrape = (kind: string): string => `{ scrape: "http://exporter:8080/metrics/${kind}", metric: lag, every: 100ms }`

async function runBlind(text: string): Promise<{ readonly exit: number | null; readonly told: Told }> {
  using lab = realLab(HOSTILE_STACK)
  return await lab.run(lab.write('charters/blind.yaml', text))
}

/** The last word on a gate before the run began to end. */
function lastState(told: Told, gate: string) {
  const end = told.at((body) => body.kind === 'end-cause')
  return told.records.flatMap(({ at, body }) => (body.kind === 'gate' && body.state.gate === gate && at <= end ? [body.state] : [])).at(-1)
}

function expectTakenBack(told: Told, underFaultMs = told.underFaultMs): void {
  expect(told.acts('stuck')).toEqual([])
  expect(told.acts('verified').length).toBe(told.acts('injected').length)
  expect(underFaultMs).toBeLessThan(told.planned.plan.worstCase.silenceMs + NOISE_MS)
  expect(told.end?.verdict.rollback.state).toBe('clean')
  expect(told.end?.verdict.hypothesis.state).not.toBe('held')
}

describe('a page of metrics that turns hostile under the fault ends the run, and the other gates go on', () => {
  test.concurrent.each([
    ['says NaN', 'nan', 'nan'],
    ['says infinity', 'inf', 'inf'],
    ['is empty', 'nothing', 'no-series'],
    ['has two series', 'two', 'multi-series'],
    ['is an error 500', '500', 'http'],
    ['is HTML', 'html', 'parse'],
    ['is cut in the middle of a line', 'cut', 'parse'],
    ['is shorter than it says', 'short', 'http'],
    ['is 5 MB', 'huge', 'parse'],
    ['never comes', 'silent', 'timeout'],
    ['drips', 'drip', 'timeout'],
    ['was sampled 40 s ago', 'old', 'stale'],
    ['comes from the future', 'future', 'future'],
  ])('that %s', async (_, kind, reason) => {
    const { exit, told } = await someAtOnce(async () => runBlind(charter(scrape(kind), '> 1000')))
    expect(lastState(told, 'lag')).toMatchObject({ state: 'UNKNOWN', reason })
    expect({ exit, endedBy: told.end?.verdict.endedBy }, told.stderr).toEqual({ exit: 3, endedBy: 'gate-unknown' })
    expect(lastState(told, 'alive')?.state).toBe('OK')
    expect(lastState(told, 'errorRatio')?.state).toBe('OK')
    expectTakenBack(told)
  })
})

test('an exporter that the fault itself killed is not green because it was', async () => {
  const { exit, told } = await runBlind(charter(scrape('good'), '> 1000', '{ kind: process.kill, target: exporter }'))
  expect({ exit, endedBy: told.end?.verdict.endedBy }, told.stderr).toEqual({ exit: 3, endedBy: 'gate-unknown' })
  expect(lastState(told, 'lag')).toMatchObject({ state: 'UNKNOWN', reason: 'http' })
  expectTakenBack(told)
})

describe('a probe or a load that meets a hostile server is a breach: no answer is no success', () => {
  test.concurrent.each([
    ['an error 500', '500'],
    ['no answer', 'silent'],
  ])('probe, %s', async (_, kind) => {
    const probe = `{ http: "http://exporter:8080/${kind}", every: 100ms, timeout: 300ms }`
    const { exit, told } = await someAtOnce(async () => runBlind(charter(probe, '< 1')))
    expect({ exit, endedBy: told.end?.verdict.endedBy }, told.stderr).toEqual({ exit: 1, endedBy: 'gate-breach' })
    expectTakenBack(told)
  })

  test.concurrent.each([
    ['an error 500', '500'],
    ['no answer', 'silent'],
    ['an answer that drips', 'drip'],
    ['an answer that is shorter than it says', 'short'],
  ])('load, %s', async (_, kind) => {
    const text = charter(scrape('good'), '> 1000').replace('get: "http://api:8080/"', `get: "http://exporter:8080/${kind}"`)
    const { exit, told } = await someAtOnce(async () => runBlind(text))
    expect({ exit, endedBy: told.end?.verdict.endedBy }, told.stderr).toEqual({ exit: 1, endedBy: 'gate-breach' })
    expect(lastState(told, 'lag')?.state).toBe('OK')
    expectTakenBack(told)
  })
})

/** The pid, as this machine sees it, of the process that makes the load of a run. */
function tapOf(run: string): number {
  const isTap = (pid: number): boolean => commandLineOf(pid).includes('tap.cjs')
  const inside = processesOfRun(run).filter((pid) => isTap(pid))
  if (inside.length > 0) return inside.at(-1) ?? 0
  throw new Error(`no tap among the processes of ${run}`)
}

test.each(['SIGSTOP', 'SIGKILL'] as const)('traffic that falls to zero under the fault is not green: the load generator gets %s', async (signal) => {
  using lab = realLab(HOSTILE_STACK)
  const file = lab.write('charters/blind.yaml', charter('{ stat: processes, service: api, every: 100ms }', '> 1000'))
  const run = lab.start(file)
  await run.until(holding)
  process.kill(tapOf(run.told.run), signal)
  const cutAt = Date.now()
  expect(await run.ended).toBe(3)
  expect(['gate-unknown', 'lease-lost']).toContain(run.told.end?.verdict.endedBy)
  expect(lastState(run.told, 'errorRatio')).toMatchObject({ state: 'UNKNOWN' })
  expectTakenBack(run.told, run.told.lastVerifiedAt - cutAt)
})
