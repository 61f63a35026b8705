import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { abortRun, idOf, isAlive, listRuns, ownId, type ProcessId, type RecoverReport } from '@safechaos/agent'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withMutex } from '../../packages/agent/src/mutex.ts'
import { leaveBehind, newStateFolder } from '../support/left-behind.ts'
import { skipLoudly } from '../support/real-lab.ts'

const support = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url))
const USER = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user']

let stateDir: string
let children: ChildProcess[]
beforeEach(() => {
  stateDir = newStateFolder()
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(stateDir, { recursive: true, force: true })
})

async function marked(run: string): Promise<ProcessId> {
  const child = spawn('sleep', ['120'], { stdio: 'ignore', env: { SAFECHAOS_RUN: run } })
  children.push(child)
  await once(child, 'spawn')
  return idOf(child.pid ?? 0) ?? { pid: 0, start: '' }
}

function recoverBehind(wrap: readonly string[]): RecoverReport {
  const words = [...wrap, process.execPath, support('recover-here.ts'), stateDir]
  const { stdout, stderr } = spawnSync('env', words, { encoding: 'utf8', timeout: 40_000 })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as RecoverReport
}

describe('a state folder that several containers share', () => {
  test.for([
    { how: 'with its own /proc', proc: ['--mount-proc'] },
    { how: 'with the /proc of the machine', proc: [] },
  ])('is left as it is by a recovery in another PID namespace $how, since whether a run lives cannot be told there', async ({ proc }, context) => {
    const inside = ['unshare', ...USER, '--pid', '--fork', ...proc]
    if (spawnSync('env', [...inside, 'true'], { timeout: 5000 }).status !== 0)
      skipLoudly(context, 'no PID namespace can be made here', 'sudo npm test -- adversarial')
    const service = await marked('lives')
    leaveBehind(stateDir, 'lives', ownId())
    const report = recoverBehind(inside)
    expect(report).toMatchObject({ runs: [], live: [], unknown: ['lives'], freed: [], locked: ['dev'] })
    expect(report.residue.notSeen).toEqual(['whether the agent of lives lives'])
    expect(isAlive(service)).toBe(true)
    expect([readdirSync(join(stateDir, 'owed')), readdirSync(join(stateDir, 'locks'))]).toEqual([['lives.0.json'], ['dev.json']])
  })

  test('lets a run be aborted from each of them', () => {
    leaveBehind(stateDir, 'elsewhere', { pid: 1, start: '1', table: 'another' })
    expect(listRuns(stateDir).map(({ run }) => run)).toEqual(['elsewhere'])
    expect(abortRun(stateDir, 'elsewhere')).toBe('file')
    expect(existsSync(join(stateDir, 'runs/elsewhere/abort'))).toBe(true)
  })

  test('has one mutex for all, whatever network each is in', async (context) => {
    const apart = [...USER, '--net', process.execPath, support('hold-mutex.ts'), stateDir, 'locks']
    if (spawnSync('unshare', [...USER, '--net', 'true'], { timeout: 5000 }).status !== 0)
      skipLoudly(context, 'no network can be made here', 'sudo npm test -- adversarial')
    const holder = spawn('unshare', apart, { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(holder)
    await once(holder.stdout, 'data')
    const steps: string[] = []
    const waiting = withMutex(stateDir, 'locks', async () => steps.push('ours'))
    await new Promise((done) => setTimeout(done, 500))
    steps.push('let go')
    holder.stdin.end()
    await waiting
    expect(steps).toEqual(['let go', 'ours'])
  })

  test('has a mutex that a holder gives up when it is killed', async () => {
    const holder = spawn(process.execPath, [support('hold-mutex.ts'), stateDir, 'locks'], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    holder.kill('SIGKILL')
    expect(await withMutex(stateDir, 'locks', async () => 'ours')).toBe('ours')
  })
})

test('what a recovery came from is not ended by it, even if it carries the mark of the run', () => {
  leaveBehind(stateDir, 'parent', { pid: process.pid, start: '1' })
  const shell = `"$@"; echo survived >&2`
  const ran = spawnSync('sh', ['-c', shell, 'sh', process.execPath, support('recover-here.ts'), stateDir], {
    encoding: 'utf8',
    timeout: 40_000,
    env: { ...process.env, SAFECHAOS_RUN: 'parent' },
  })
  expect(ran.stderr).toContain('survived')
  expect(JSON.parse(ran.stdout)).toMatchObject({
    runs: [{ run: 'parent', stuck: [expect.stringContaining('still runs') as string] }],
    locked: ['dev'],
  })
})
