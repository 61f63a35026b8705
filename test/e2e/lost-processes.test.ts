import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listOwed, readEndedFile } from '@safechaos/agent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { commandLineOf, eventually, processesOfRun, stateOf } from '../support/outside.ts'
import { holding, type RealLab, type RealRun, realLab } from '../support/real-lab.ts'

/** On top of what the plan prints: a busy machine. */
const NOISE_MS = 3000

let lab: RealLab
beforeAll(() => {
  lab = realLab(CALM_STACK)
}, 120_000)
afterAll(() => lab[Symbol.dispose]())

const isSleeper = (pid: number): boolean => commandLineOf(pid) === 'sleep\x001000\x00'
const workersOf = (run: string): number[] => processesOfRun(run).filter((pid) => isSleeper(pid))
const isPaused = (run: string): boolean => workersOf(run).some((pid) => stateOf(pid) === 'T')
const agentOf = (run: string): number => listOwed(lab.stateDir).find(({ owed }) => owed?.run === run)?.owed?.agent.pid ?? 0

async function startPaused(more: Readonly<Record<string, string>> = {}): Promise<RealRun> {
  const run = lab.start(lab.write('charters/pause.yaml', calmCharter({ lease: '1500ms', ...more })))
  await run.until(holding)
  await run.until((body) => body.kind === 'landed')
  expect(isPaused(run.told.run)).toBe(true)
  return run
}

interface Status {
  readonly runs: readonly { readonly run: string; readonly live: boolean; readonly exit?: number; readonly endedBy?: string }[]
  readonly owed: readonly string[]
  readonly locked: readonly unknown[]
}
function status(): Status & { readonly exit: number | null } {
  const { status: exit, stdout } = lab.cli('status', '--json')
  return { ...(JSON.parse(stdout) as Status), exit }
}

describe('the controller', () => {
  test('killed in mid-fault: everything is taken back, and the run is aborted, never resumed', async () => {
    const { child, told } = await startPaused()
    const { controllerDeathMs, revertMs } = told.planned.plan.worstCase
    child.kill('SIGKILL')
    const diedAt = Date.now()
    expect(await eventually(() => !isPaused(told.run), 20_000)).toBe(true)
    expect(Date.now() - diedAt).toBeLessThan(controllerDeathMs + revertMs + NOISE_MS)
    expect(await eventually(() => processesOfRun(told.run).length === 0 && readEndedFile(lab.stateDir, told.run) !== undefined, 20_000)).toBe(true)

    // Whoever asks first writes the end that the controller could not write; once.
    const recovered = lab.cli('recover')
    expect(recovered).toMatchObject({ status: 0, stdout: expect.stringContaining(`${told.run} has its verdict now: Inconclusive`) as string })
    const ledger = readFileSync(join(lab.labDir, '.safechaos/runs', told.run, 'ledger.jsonl'))
    const { stdout } = lab.cli('report', told.run, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: { endedBy: 'controller-lost', rollback: { state: 'clean' }, hypothesis: { state: 'inconclusive' }, exit: 3 },
      back: { sentence: expect.stringContaining('Every act is verified gone') as string, acts: [{ state: 'verified' }] },
    })
    const verified = lab.cli('verify', told.run)
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('closed by its run') as string })

    const isAborted = { live: false, endedBy: 'controller-lost', exit: 3 }
    expect(status()).toMatchObject({ exit: 0, owed: [], locked: [] })
    expect(status().runs.find(({ run }) => run === told.run)).toMatchObject(isAborted)
    const next = await lab.run(lab.write('charters/again.yaml', calmCharter({ ramp: '{ steps: [100%], hold: 300ms }' })))
    expect(next.exit, JSON.stringify(next.told.end)).toBe(0)
    expect(next.told.run).not.toBe(told.run)
    expect(status().runs.find(({ run }) => run === told.run)).toMatchObject(isAborted)
    expect(lab.cli('recover').stdout).not.toContain(told.run)
    expect(readFileSync(join(lab.labDir, '.safechaos/runs', told.run, 'ledger.jsonl')).equals(ledger)).toBe(true)
    expect(lab.cli('verify', told.run).status).toBe(0)
  })

  test('killed in mid-fault: the first report that anybody asks for tells its end, and nothing before it is over', async () => {
    const { child, told } = await startPaused()
    expect(lab.cli('report', told.run, '--json').stdout).toContain('No verdict')
    child.kill('SIGKILL')
    expect(await eventually(() => processesOfRun(told.run).length === 0 && readEndedFile(lab.stateDir, told.run) !== undefined, 20_000)).toBe(true)
    expect(await eventually(() => lab.cli('report', told.run).stdout.includes('Inconclusive'), 20_000)).toBe(true)
    expect(lab.cli('verify', told.run).status).toBe(0)
  })

  test('hung in mid-fault: the lease ends, the fault with it, and a controller that wakes up again does not bring it back', async () => {
    const { child, told, ended } = await startPaused()
    child.kill('SIGSTOP')
    const hungAt = Date.now()
    expect(await eventually(() => !isPaused(told.run), 20_000)).toBe(true)
    expect(Date.now() - hungAt).toBeLessThan(told.planned.plan.worstCase.silenceMs + NOISE_MS)
    await new Promise((done) => setTimeout(done, 500))
    child.kill('SIGCONT')
    expect(await ended).toBe(3)
    expect(told.end?.verdict).toMatchObject({ endedBy: 'lease-lost', rollback: { state: 'clean' } })
    expect(told.acts('injected')).toHaveLength(1)
  })
})

describe('an agent that is told to end', () => {
  test('in mid-fault, in process: services that end with their enclosure are nothing that the run left', async () => {
    const { told, ended } = await startPaused({ containment: 'process' })
    process.kill(agentOf(told.run), 'SIGTERM')
    const exit = await ended
    expect({ exit, verdict: told.end?.verdict }).toMatchObject({ verdict: { endedBy: 'operator', rollback: { state: 'clean' } } })
    expect(exit).not.toBe(5)
    expect(processesOfRun(told.run)).toEqual([])
  })

  test('while it opens, in process: the same', async () => {
    const run = lab.start(lab.write('charters/opening.yaml', calmCharter({ containment: 'process' })))
    await run.until((body) => body.kind === 'stage' && body.stage === 'open')
    process.kill(agentOf(run.told.run), 'SIGTERM')
    expect(await run.ended).not.toBe(5)
    expect(processesOfRun(run.told.run)).toEqual([])
  })
})

describe('an agent that the controller cannot reach', () => {
  test('ends the fault without it, and the controller does not call it reverted before it was told', async () => {
    const { told, ended, until } = await startPaused()
    const agent = agentOf(told.run)
    process.kill(agent, 'SIGSTOP')
    try {
      // Nobody but the init is left that could do it.
      expect(await eventually(() => !isPaused(told.run), 20_000)).toBe(true)
      await until((body) => body.kind === 'end-cause')
      await until((body) => body.kind === 'stage' && body.stage === 'revert' && body.state === 'entered')
      await new Promise((done) => setTimeout(done, 1000))
      expect(told.acts('verified')).toEqual([])
      expect(told.bodies('reverted')).toEqual([])
      expect(told.end).toBeUndefined()
      expect(status().runs.find(({ run }) => run === told.run)).toMatchObject({ live: true })
    } finally {
      process.kill(agent, 'SIGCONT')
    }
    expect(await ended).toBe(3)
    expect(told.acts('verified')).toHaveLength(1)
    expect(told.end?.verdict).toMatchObject({ endedBy: 'lease-lost', rollback: { state: 'clean' } })
  })

  test('killed in mid-fault: the controller names it, and what it owed is worked off and seen to be gone', async () => {
    const { told, ended } = await startPaused()
    process.kill(agentOf(told.run), 'SIGKILL')
    expect(await ended).toBe(3)
    expect(told.end?.verdict).toMatchObject({ endedBy: 'agent-lost', hypothesis: { state: 'inconclusive' }, rollback: { state: 'clean' } })
    expect(told.acts('verified').map(({ detail }) => detail)).toEqual([expect.stringContaining('from outside')])
    expect(processesOfRun(told.run)).toEqual([])
    expect(status()).toMatchObject({ owed: [], locked: [] })
  })
})
