import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  abortRun,
  type AgentLink,
  CRASH_POINTS,
  downRun,
  type EndedFile,
  listLocks,
  listOwed,
  readChain,
  readEndedFile,
  recoverLab,
  runFolder,
  startAgent,
} from '@safechaos/agent'
import type { FaultSpec } from '@safechaos/core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildIfStale } from '../../scripts/build.ts'
import { fakePlan } from '../support/fake-run.ts'
import { marked } from '../support/marked.ts'
import { childrenOf } from '../support/outside.ts'
import { sleepers } from '../support/small-stack.ts'
import { openOn } from '../support/open-on.ts'

const stack = sleepers(2)
const targets = ['worker#1', 'worker#2']
const pause = fakePlan({ fault: { kind: 'process.pause', target: 'worker' }, targets, stack, leaseMs: 1500, limitMs: 60_000 })
const kill = fakePlan({ fault: { kind: 'process.kill', target: 'worker', signal: 'SIGKILL' } as FaultSpec, targets, stack, leaseMs: 1500 })

describe('the agent with real processes', () => {
  let stateDir: string
  let labDir: string
  let links: AgentLink[]
  let count = 0
  let run: string
  beforeAll(() => buildIfStale())
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'safechaos-agent-'))
    labDir = mkdtempSync(join(tmpdir(), 'safechaos-lab-'))
    links = []
    count += 1
    run = `t${process.pid}x${count}`
  })
  afterEach(async () => {
    for (const link of links) await link.end(10_000)
    for (let looks = 0; looks < 100 && marked(run).length > 0; looks += 1) await sleep(50)
    if (marked(run).length > 0) throw new Error(`${run} left processes`)
    // The reaper may still be writing its last line there.
    for (const folder of [stateDir, labDir]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const open = async (planned = pause, environment: Record<string, string> = {}): Promise<AgentLink> => {
    const link = startAgent({ run, labDir, containment: 'process', stateDir, detached: false }, { environment })
    links.push(link)
    await openOn(link, { planned, stack, stackDir: labDir })
    return link
  }
  const stopped = (): number => marked(run).filter(({ state }) => state === 'T').length
  const until = async (what: () => boolean, withinMs = 8000): Promise<number> => {
    const start = performance.now()
    while (!what()) {
      if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms`)
      await sleep(5)
    }
    return performance.now() - start
  }
  const ended = async (): Promise<EndedFile | undefined> => {
    await until(() => existsSync(runFolder(stateDir, run).ended), 12_000)
    return readEndedFile(stateDir, run)
  }

  test('stops real processes and continues them when asked', async () => {
    const link = await open()
    expect((await link.ask({ ask: 'preflight' })).lines.filter(({ ok }) => !ok)).toEqual([])
    await link.ask({ ask: 'inject', stage: 1 })
    expect(stopped()).toBe(1)
    await expect(link.ask({ ask: 'inject', stage: 2 }), 'nothing was green since').rejects.toMatchObject({ code: 'SC_GRANT' })
    await sleep(50)
    await link.ask({ ask: 'renew', newest: Date.now() })
    await link.ask({ ask: 'inject', stage: 2 })
    expect(stopped()).toBe(2)
    expect((await link.ask({ ask: 'landed' })).seen.seen).toBe('yes')
    const { ms, stuck } = await link.ask({ ask: 'revert', cause: 'completed' })
    expect(stopped()).toBe(0)
    expect(stuck).toEqual([])
    expect(ms).toBeLessThan(1000)
    expect((await link.ask({ ask: 'close' })).residue.found).toEqual([])
    expect(marked(run)).toEqual([])
  })

  test('continues them by itself when its lease ends', async () => {
    const link = await open()
    const told = new Promise((done) => link.onWord((word) => word.word === 'reverted' && done(word.result)))
    await link.ask({ ask: 'inject', stage: 1 })
    await sleep(50)
    await link.ask({ ask: 'renew', newest: Date.now() })
    await expect(link.ask({ ask: 'renew', newest: Date.now() - 1000 })).rejects.toMatchObject({ code: 'SC_LEASE' })
    expect(stopped()).toBe(1)
    expect(await told).toMatchObject({ cause: 'lease-lost', stuck: [] })
    expect(stopped()).toBe(0)
  })

  test('continues them when the abort file is written', async () => {
    const link = await open()
    await link.ask({ ask: 'inject', stage: 1 })
    abortRun(stateDir, run)
    expect(await until(() => stopped() === 0)).toBeLessThan(1000)
    await expect(link.ask({ ask: 'inject', stage: 2 })).rejects.toMatchObject({ code: 'SC_ENDED' })
  })

  test('ends everything when its controller is killed', async () => {
    const controller = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/paused-by.ts'), run, stateDir, labDir, JSON.stringify({ planned: pause, stack })],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    expect(await new Promise((done) => controller.stdout.once('data', (text) => done(String(text))).once('end', () => done('nothing')))).toBe(
      'injected\n',
    )
    expect(stopped()).toBe(1)
    controller.kill('SIGKILL')
    await until(() => stopped() === 0)
    expect(await ended()).toMatchObject({ cause: 'controller-lost', by: 'agent', stuck: [] })
    expect(listOwed(stateDir)).toEqual([])
  })

  test('ends by itself, and says why, when nobody is left who would clean up after it', async () => {
    const link = await open()
    await link.ask({ ask: 'inject', stage: 1 })
    expect(stopped()).toBe(1)
    const told = new Promise((done) => link.onWord((word) => word.word === 'ending' && done(word)))
    const keepAlive = setInterval(() => void link.ask({ ask: 'renew', newest: Date.now() }).catch(() => undefined), 300)
    const killing = setInterval(() => {
      for (const pid of childrenOf(link.pid, 'reaper')) process.kill(pid, 'SIGKILL')
    }, 20)
    try {
      expect(await told).toMatchObject({ cause: 'error', detail: expect.stringContaining('reaper') as string })
    } finally {
      clearInterval(killing)
      clearInterval(keepAlive)
    }
    await until(() => stopped() === 0)
    await expect(link.ask({ ask: 'inject', stage: 2 })).rejects.toMatchObject({ code: 'SC_ENDED' })
  })

  const hold = (): AgentLink => {
    const link = startAgent({ run, labDir, containment: 'process', stateDir, detached: true })
    links.push(link)
    return link
  }

  test.each(['at its start', 'with its walls up', 'with a stack handed over', 'while its services start'])(
    'an agent that is to outlive its controller leaves nothing when that is gone %s',
    async (when) => {
      const link = hold()
      if (when !== 'at its start') await link.ready
      if (when === 'with a stack handed over') await link.ask({ ask: 'prepare', stack, stackDir: labDir })
      if (when === 'while its services start') {
        const [worker] = stack.services
        if (worker === undefined) throw new Error('the stack has no service')
        const never = { test: ['false'], intervalMs: 100, timeoutMs: 100, retries: 100, startPeriodMs: 5000 }
        const starting = { ...stack, services: [{ ...worker, health: never }] }
        await link.ask({ ask: 'prepare', stack: starting, stackDir: labDir })
        link.ask({ ask: 'open', planned: undefined }).catch(() => undefined)
        await until(() => marked(run).some(({ name }) => name === 'sleep'))
      }
      link.release()
      expect(await ended()).toMatchObject({ cause: 'controller-lost', by: 'agent', stuck: [] })
      expect(marked(run)).toEqual([])
      expect(listOwed(stateDir)).toEqual([])
    },
  )

  test('an agent that is open outlives its controller until it is told to end', async () => {
    const link = hold()
    await openOn(link, { planned: undefined, stack, stackDir: labDir })
    link.release()
    await sleep(500)
    expect(marked(run).filter(({ name }) => name === 'sleep')).toHaveLength(2)
    downRun(stateDir, run)
    expect(await ended()).toMatchObject({ cause: 'operator', stuck: [] })
    expect(marked(run)).toEqual([])
  })

  test('a killed service is back after the revert, though it was not asked to restart', async () => {
    const link = await open(kill)
    await link.ask({ ask: 'inject', stage: 1 })
    expect((await link.ask({ ask: 'landed' })).seen.seen).toBe('yes')
    expect(await link.ask({ ask: 'revert', cause: 'completed' })).toMatchObject({ stuck: [], acts: 1 })
    expect((await link.ask({ ask: 'members' })).members.map(({ state }) => state)).toEqual(['up', 'up'])
  })

  test('a second run cannot take the environment of a living one, and an orphaned lock is nobody’s', async () => {
    await open()
    const second = startAgent({ run: `${run}b`, labDir, containment: 'process', stateDir, detached: false })
    links.push(second)
    await expect(openOn(second, { planned: pause, stack, stackDir: labDir })).rejects.toMatchObject({ code: 'SC_BUSY' })
    await second.end()
    const [first] = links
    if (first !== undefined) process.kill(first.pid, 'SIGKILL')
    await ended()
    const third = startAgent({ run: `${run}c`, labDir, containment: 'process', stateDir, detached: false })
    links.push(third)
    expect((await openOn(third, { planned: pause, stack, stackDir: labDir })).epoch).toBe(2)
  })

  test.each(CRASH_POINTS.filter((point) => !point.endsWith('renew')))(
    'killed at %s, it leaves nothing',
    async (point) => {
      const link = startAgent({ run, labDir, containment: 'process', stateDir, detached: false }, { environment: { SAFECHAOS_CRASH_AT: point } })
      links.push(link)
      const gone = new Promise((done) => link.onGone(done))
      const script = async (): Promise<void> => {
        await openOn(link, { planned: pause, stack, stackDir: labDir })
        await link.ask({ ask: 'inject', stage: 1 })
        await link.ask({ ask: 'renew', newest: Date.now() })
        await link.ask({ ask: 'revert', cause: 'completed' })
        await link.ask({ ask: 'close' })
        // It writes down that nothing is owed.
        await sleep(3000)
      }
      const reached = await Promise.race([
        script().then(
          () => 'the end',
          (error: { code: string; message: string }) => (error.code === 'SC_AGENT' ? 'a death' : error.message),
        ),
        gone.then(() => 'a death'),
      ])
      expect(reached).toBe('a death')
      await until(() => marked(run).length === 0, 8000)
      await until(() => listOwed(stateDir).length === 0, 8000)
      expect(await ended()).toMatchObject({ stuck: [] })
      expect(listLocks(stateDir)).toEqual([])
      expect(readChain(runFolder(stateDir, run).chain).broken).toBeUndefined()
      expect(existsSync(runFolder(stateDir, run).work)).toBe(false)
      expect((await recoverLab(stateDir)).residue.found).toEqual([])
      expect(readFileSync(join(runFolder(stateDir, run).folder, 'reaper.log'), 'utf8')).toBe('')
    },
    30_000,
  )
})
