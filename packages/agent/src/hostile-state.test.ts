import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readChain } from './chain.ts'
import { listLocks } from './lock-file.ts'
import { markUnclean, takeEnvironment } from './locks.ts'
import { removeWorkDir } from './outside.ts'
import { listOwed } from './owed.ts'
import { bootId, idOf, isAlive, ownId } from './process-identity.ts'
import { recoverLab } from './recover.ts'
import { readEndedFile } from './run-folder.ts'
import { listRuns } from './runs.ts'

const dead = { pid: process.pid, start: '1' }
const agentFile = (run: string): object => ({
  run,
  agent: dead,
  bootId: bootId(),
  labDir: '/lab',
  containment: 'process',
  detached: false,
  startedAt: 0,
})
const lockOf = (run: string, change: object = {}): object => ({
  state: 'held',
  environment: 'dev',
  run,
  epoch: 1,
  agent: dead,
  bootId: bootId(),
  owed: [],
  ...change,
})
const enclosureOf = (run: string, change: object = {}): object => ({
  version: 1,
  kind: 'enclosure',
  run,
  agent: dead,
  bootId: bootId(),
  at: 0,
  containment: 'process',
  workDir: '/nowhere',
  ...change,
})

describe('a state folder in which somebody or a crash left odd things', () => {
  let stateDir: string
  let children: ChildProcess[]
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'safechaos-hostile-'))
    children = []
  })
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(stateDir, { recursive: true, force: true })
  })
  const put = (name: string, content: object | string): void => {
    mkdirSync(dirname(join(stateDir, name)), { recursive: true, mode: 0o700 })
    writeFileSync(join(stateDir, name), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
  }
  /** A run whose agent died, with nothing odd about it. */
  const putSound = (): void => {
    put('runs/sound/agent.json', agentFile('sound'))
    put('owed/sound.0.json', enclosureOf('sound'))
  }
  const stranger = async (): Promise<{ pid: number; start: string }> => {
    const child = spawn('sleep', ['100'], { stdio: 'ignore', env: {} })
    children.push(child)
    await new Promise((done) => child.once('spawn', done))
    return idOf(child.pid ?? 0) ?? { pid: 0, start: '' }
  }

  const odd: readonly (readonly [string, () => void, readonly string[]])[] = [
    ['a lock under a name that nobody can decode', () => put('locks/100%.json', '{}'), ['locks/100%.json']],
    ['a folder for a lock', () => mkdirSync(join(stateDir, 'locks/dev.json'), { recursive: true }), ['locks/dev.json']],
    ['an agent file that says null', () => put('runs/R1/agent.json', 'null'), ['runs/R1/agent.json']],
    ['an agent file without an agent', () => put('runs/R1/agent.json', { run: 'R1', bootId: bootId() }), ['runs/R1/agent.json']],
    ['an agent file of another run', () => put('runs/R1/agent.json', agentFile('R2')), ['runs/R1/agent.json']],
    ['a record without its folder', () => put('owed/R1.0.json', enclosureOf('R1', { workDir: undefined })), ['owed/R1.0.json']],
    ['a record whose identity is a word', () => put('owed/R1.0.json', enclosureOf('R1', { identity: 'x' })), ['owed/R1.0.json']],
    ['a folder for a record', () => mkdirSync(join(stateDir, 'owed/R1.0.json'), { recursive: true }), ['owed/R1.0.json']],
    ['a record under a foreign name', () => put('owed/copy of R1.0.json', enclosureOf('R1')), ['owed/copy of R1.0.json']],
    ['a record of another run', () => put('owed/R1.0.json', enclosureOf('R2')), ['owed/R1.0.json']],
    ['a record whose run is a path', () => put('owed/a.0.json', enclosureOf('../elsewhere')), ['owed/a.0.json']],
  ]
  test.each(odd)('%s is named, and keeps nobody else from being put in order', async (_, make, unreadable) => {
    make()
    putSound()
    for (const clear of [false, true]) {
      const report = await recoverLab(stateDir, { clear })
      expect(report.unreadable).toEqual(unreadable)
      expect(report.residue.notSeen.length).toBeGreaterThan(0)
      expect(readEndedFile(stateDir, 'sound')).toMatchObject({ by: 'recovery', stuck: [] })
    }
    expect(listRuns(stateDir)).toEqual([])
    expect(existsSync(join(stateDir, 'elsewhere'))).toBe(false)
  })

  test.each(['null', '{}', '0', '[]', '"x"', '{"seq":0,"prev":"","digest":"","body":null}'])(
    'a chain with a line %s is broken, and its run put in order',
    async (line) => {
      putSound()
      put('runs/sound/agent.jsonl', `${line}\n`)
      expect(readChain(join(stateDir, 'runs/sound/agent.jsonl'))).toMatchObject({ links: [], broken: 1 })
      expect(await recoverLab(stateDir)).toMatchObject({ runs: [{ run: 'sound', stuck: [] }] })
    },
  )

  const acts = ['{"version":1,"ki', 'null', '{}']
  test.each(acts)('a record %s of the run that held the environment keeps it locked, and names itself', async (text) => {
    put('runs/R1/agent.json', agentFile('R1'))
    put('owed/R1.0.json', text)
    put('locks/dev.json', lockOf('R1'))
    await expect(takeEnvironment(stateDir, 'dev', { run: 'N', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
    const report = await recoverLab(stateDir)
    expect(report).toMatchObject({ freed: [], locked: ['dev'], unreadable: ['owed/R1.0.json'] })
    expect(report.runs).toMatchObject([{ run: 'R1', stuck: [expect.stringContaining('owed/R1.0.json') as string] }])
    expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ freed: [], locked: ['dev'] })
    await expect(takeEnvironment(stateDir, 'dev', { run: 'N', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
    rmSync(join(stateDir, 'owed/R1.0.json'))
    expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ freed: ['dev'], locked: [], unreadable: [] })
  })

  const unsound = ['{}', '0', '"x"', '[]', 'null', JSON.stringify(lockOf('../x')), JSON.stringify(lockOf('R1', { state: 'free' }))]
  test.each([...unsound, JSON.stringify(lockOf('R1', { epoch: -1 })), JSON.stringify(lockOf('R1', { environment: 'prod' }))])(
    'a lock that says %s is not free, and only a person lifts it',
    async (text) => {
      put('locks/dev.json', text)
      await expect(takeEnvironment(stateDir, 'dev', { run: 'N', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
      expect(await recoverLab(stateDir)).toMatchObject({ freed: [], locked: ['dev'] })
      put('owed/R1.0.json', '{')
      expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ freed: [], locked: ['dev'] })
      rmSync(join(stateDir, 'owed/R1.0.json'))
      expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ freed: ['dev'], locked: [] })
    },
  )

  test('a run that nothing readable names an agent of is left alone, since it may live', async () => {
    put('owed/R1.0.json', '{')
    expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ runs: [], unknown: ['R1'] })
  })

  test('a process that only a record names, and that carries nothing of the run, is left alone', async () => {
    const id = await stranger()
    const identity = { containment: 'sandbox', run: 'R1', bootId: bootId(), initPid: id.pid, initStart: id.start, pidNamespace: '1', workDir: '' }
    put('owed/R1.0.json', enclosureOf('R1', { identity }))
    await recoverLab(stateDir)
    expect(isAlive(id)).toBe(true)
  })

  test('a state folder that others may write to is not believed', async () => {
    putSound()
    for (const name of ['', 'owed', 'runs', 'runs/sound']) {
      chmodSync(join(stateDir, name), 0o777)
      const failed = await recoverLab(stateDir).then(
        ({ runs }) => runs.flatMap(({ stuck }) => stuck).join(' '),
        (error: Error) => error.message,
      )
      expect(failed, name).toContain('can be written by others (mode 777)')
      chmodSync(join(stateDir, name), 0o700)
    }
    chmodSync(stateDir, 0o770)
    await expect(takeEnvironment(stateDir, 'dev', { run: 'N', agent: ownId() })).rejects.toMatchObject({ code: 'SC_STATE' })
    chmodSync(stateDir, 0o700)
    chmodSync(join(stateDir, 'owed/sound.0.json'), 0o666)
    expect(await recoverLab(stateDir)).toMatchObject({ unreadable: ['owed/sound.0.json'] })
  })

  test('a state folder or record of somebody else is not believed', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can give a folder away. Enable it with: sudo npm test')
    putSound()
    chownSync(join(stateDir, 'owed/sound.0.json'), 12345, 12345)
    expect(await recoverLab(stateDir)).toMatchObject({ unreadable: ['owed/sound.0.json'] })
    chownSync(stateDir, 12345, 12345)
    await expect(recoverLab(stateDir)).rejects.toMatchObject({ code: 'SC_STATE', message: expect.stringContaining('user 12345') as string })
  })

  test('nothing is removed or written through a link that stands for the folder of a run', async () => {
    const victim = join(stateDir, 'victim')
    put('victim/work/precious', 'x')
    put('owed/R1.0.json', enclosureOf('R1'))
    mkdirSync(join(stateDir, 'runs'))
    symlinkSync(victim, join(stateDir, 'runs/R1'))
    await removeWorkDir(stateDir, join(stateDir, 'runs/R1/work'))
    expect(await recoverLab(stateDir)).toMatchObject({ runs: [{ run: 'R1', stuck: [expect.stringContaining('is not a folder') as string] }] })
    expect([readdirSync(victim), readdirSync(join(victim, 'work'))]).toEqual([['work'], ['precious']])
    expect(listOwed(stateDir)).toHaveLength(1)
  })

  test('an UNCLEAN of one run does not take the lock from another that lives', async () => {
    await takeEnvironment(stateDir, 'dev', { run: 'lives', agent: ownId() })
    await markUnclean(stateDir, 'dev', { run: 'R1', agent: dead, bootId: bootId() }, ['x'])
    expect(listLocks(stateDir)).toMatchObject([{ state: 'held', run: 'lives' }])
  })

  test('what a run owes in an environment keeps others out, whoever held it since', async () => {
    const identity = { containment: 'process', run: 'R1', bootId: bootId(), initPid: 0, initStart: '', pidNamespace: '', workDir: '' }
    const act = { kind: 'act', act: 'a', stage: 1, target: 't', environment: 'dev', identity, undo: [], verify: [] }
    put('owed/R1.1.json', enclosureOf('R1', act))
    await expect(takeEnvironment(stateDir, 'dev', { run: 'N', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
  })
})
