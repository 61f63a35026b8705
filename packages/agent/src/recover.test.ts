import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type OwedAct, OwedRecords, listOwed } from './owed.ts'
import { bootId, idOf, isAlive, killExactly, ownId, pidNamespaceOf } from './process-identity.ts'
import { recoverLab } from './recover.ts'
import { runFolder } from './run-folder.ts'

const dead = { pid: process.pid, start: '1' }

describe('recovery', () => {
  let stateDir: string
  let children: ChildProcess[]
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'safechaos-recover-'))
    children = []
  })
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(stateDir, { recursive: true, force: true })
  })

  const sleeper = async (run: string | undefined): Promise<{ pid: number; start: string }> => {
    const child = spawn('sleep', ['100'], { stdio: 'ignore', env: run === undefined ? {} : { SAFECHAOS_RUN: run } })
    children.push(child)
    await new Promise((done) => child.once('spawn', done))
    return idOf(child.pid ?? 0) ?? { pid: 0, start: '' }
  }
  const owe = async (run: string, init: { pid: number; start: string }, change: Partial<OwedAct> = {}): Promise<void> => {
    const { work } = runFolder(stateDir, run)
    mkdirSync(join(work, 'upper'), { recursive: true })
    const identity = {
      containment: 'process',
      run,
      bootId: bootId(),
      initPid: init.pid,
      initStart: init.start,
      pidNamespace: pidNamespaceOf('self') ?? '',
      workDir: work,
    } as const
    const base = { version: 1, run, agent: dead, bootId: bootId(), at: 0, ...change } as const
    const act: OwedAct = {
      ...base,
      kind: 'act',
      act: `sc_${run}_1`,
      stage: 1,
      target: 'worker#1',
      environment: 'dev',
      identity,
      undo: [],
      verify: [],
    }
    await new OwedRecords(stateDir, run).write([
      { number: 0, owed: { ...base, kind: 'enclosure', containment: 'process', workDir: work, identity } },
      { number: 1, owed: act },
    ])
  }

  test('ends what a dead agent left, removes its folder, and is idempotent', async () => {
    const init = await sleeper('r1')
    await owe('r1', init)
    const report = await recoverLab(stateDir)
    expect(report).toMatchObject({ runs: [{ run: 'r1', acts: ['sc_r1_1'], stuck: [], cause: 'agent-lost' }], unreadable: [] })
    expect(isAlive(init)).toBe(false)
    expect(listOwed(stateDir)).toEqual([])
    expect(existsSync(runFolder(stateDir, 'r1').work)).toBe(false)
    expect((await recoverLab(stateDir)).runs).toEqual([])
  })

  test('removes the draft of a record in whose writing the agent died, and nobody else’s', async () => {
    await owe('torn', dead)
    const draft = join(stateDir, 'owed', 'torn.2.json.1234.new')
    const other = join(stateDir, 'owed', 'torn2.2.json.1234.new')
    for (const file of [draft, other]) writeFileSync(file, '{"version":1,"ru')
    await recoverLab(stateDir)
    expect(existsSync(draft)).toBe(false)
    expect(existsSync(other)).toBe(true)
  })

  test('does not touch a stranger that has the pid of the init by now', async () => {
    const stranger = await sleeper(undefined)
    await owe('r2', { ...stranger, start: String(Number(stranger.start) - 1) })
    expect((await recoverLab(stateDir)).runs).toMatchObject([{ stuck: [] }])
    expect(isAlive(stranger)).toBe(true)
  })

  test('after another boot of the machine it acts on nothing', async () => {
    const stranger = await sleeper(undefined)
    await owe('r3', stranger, { bootId: 'another boot' })
    expect((await recoverLab(stateDir)).runs).toMatchObject([{ stuck: [] }])
    expect(isAlive(stranger)).toBe(true)
    expect(listOwed(stateDir)).toEqual([])
  })

  test('leaves what belongs to a living agent', async () => {
    const init = await sleeper('r4')
    await owe('r4', init, { agent: ownId() })
    expect(await recoverLab(stateDir)).toMatchObject({ runs: [], live: ['r4'] })
    expect(isAlive(init)).toBe(true)
    expect(listOwed(stateDir)).toHaveLength(2)
  })

  test('names a record that it cannot read, and leaves it', async () => {
    mkdirSync(join(stateDir, 'owed'))
    writeFileSync(join(stateDir, 'owed', 'x.1.json'), '{')
    expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ unreadable: ['owed/x.1.json'] })
    expect(listOwed(stateDir)).toHaveLength(1)
  })

  test('never removes a folder that is not the working folder of a run', async () => {
    const precious = join(stateDir, 'precious')
    mkdirSync(precious)
    await owe('r5', dead)
    const [enclosure] = listOwed(stateDir).flatMap((file) => (file.owed?.kind === 'enclosure' ? [file.owed] : []))
    if (enclosure !== undefined) await new OwedRecords(stateDir, 'r5').write([{ number: 0, owed: { ...enclosure, workDir: precious } }])
    await recoverLab(stateDir)
    expect(existsSync(precious)).toBe(true)
  })

  test('a process that is not the one that was meant is continued, not killed', async () => {
    const stranger = await sleeper(undefined)
    expect(killExactly(stranger, () => false)).toBe(false)
    let asked = 0
    expect(killExactly(stranger, () => ++asked === 1)).toBe(false)
    expect(isAlive(stranger)).toBe(true)
  })
})
