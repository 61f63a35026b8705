import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildIfStale } from '../../scripts/build.ts'

const ENTRY = join(import.meta.dirname, '../../packages/cli/bin/safechaos.js')
const CHARTER = `hypothesis: the page answers while its servers die one after the other
load: { get: http://web:8080/, rate: 50/s }
fault: { kind: process.kill, target: web }
abort: { errorRatio: "> 60%" }
ramp: { hold: HOLD }
baseline: 1500ms
recovery: 3s
containment: process
`

let folder: string
let lab: string
const children: ChildProcess[] = []
beforeAll(() => buildIfStale(), 120_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-cli-run-'))
  lab = join(folder, 'lab')
  expect(cli(['init', lab]).status).toBe(0)
})
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  cli(['down'], lab)
  expect(cli(['recover']).status).toBe(0)
  rmSync(folder, { recursive: true, force: true })
})

const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') })
const cli = (words: readonly string[], cwd = folder) =>
  spawnSync(process.execPath, [ENTRY, ...words], { cwd, env: environment(), encoding: 'utf8', timeout: 60_000 })

/** A command that goes on, with what it has said so far. */
function start(words: readonly string[]) {
  const child = spawn(process.execPath, [ENTRY, ...words], { cwd: lab, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said.err += data.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, said, ended }
}

async function until(is: () => boolean): Promise<void> {
  for (const end = Date.now() + 40_000; !is(); await new Promise((resolve) => setTimeout(resolve, 50)))
    if (Date.now() > end) throw new Error('it did not come')
}

const writeCharter = (hold: string): void => writeFileSync(join(lab, 'charters/web-kill.yaml'), CHARTER.replace('HOLD', hold))

describe('a run through the command line', () => {
  test('in JSON tells every record as a line and the verdict last, and nothing on standard error', async () => {
    writeCharter('2s')
    const { said, ended } = start(['run', '--json'])
    const exit = await ended
    const lines = said.out
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { record?: { seq: number; body: { kind: string } }; verdict?: { exit: number }; exit?: number; run?: string },
      )
    expect({ exit, err: said.err }).toEqual({ exit: 0, err: '' })
    expect(lines.at(-1)).toMatchObject({ exit: 0, verdict: { hypothesis: { state: 'held' } } })
    expect(lines.slice(0, -1).map(({ record }) => record?.seq)).toEqual(lines.slice(0, -1).map((_, index) => index + 1))
    const run = lines.at(-1)?.run ?? ''
    expect(cli(['verify', run, '--json'], lab).status).toBe(0)
    expect(JSON.parse(cli(['report', run.slice(0, 5), '--json'], lab).stdout)).toMatchObject({ version: 1, run: { id: run } })
    expect(cli(['compare', run, 'last'], lab).status).toBe(0)
    expect(cli(['status'], lab).stdout).toContain(run)
    expect(cli(['watch', run], lab).status).toBe(0)
    expect(cli(['logs', '--run', run, '--json'], lab).status).toBe(0)
  })

  test('ends with 2 after an abort from a folder outside of any lab, and a watcher sees the same end', async () => {
    writeCharter('30s')
    const { said, ended } = start(['run'])
    await until(() => said.out.includes('holding'))
    const watcher = start(['watch'])
    await until(() => watcher.said.out.includes('holding'))
    const abort = cli(['abort', '--json'])
    expect(abort.status).toBe(0)
    expect(JSON.parse(abort.stdout)).toMatchObject({ told: true, ended: true, stuck: [] })
    expect(await ended).toBe(2)
    expect(await watcher.ended).toBe(2)
    expect(said.out).toContain('put back and verified')
  })

  test('Ctrl-C stops it; a second one says what is owed and stops nothing', async () => {
    writeCharter('30s')
    const { child, said, ended } = start(['run'])
    await until(() => said.out.includes('holding'))
    child.kill('SIGINT')
    await until(() => said.out.includes('aborting'))
    setTimeout(() => child.kill('SIGINT'), 200)
    expect(await ended).toBe(2)
    expect(said.out).toContain('put back and verified')
    expect(said.out).toMatch(/still being put back|nothing is owed/)
  })

  test.each([100, 150, 200, 250, 300, 400])('stopped %i ms after its start, injects nothing', async (ms) => {
    writeCharter('30s')
    const { child, said, ended } = start(['run'])
    await sleep(ms)
    child.kill('SIGINT')
    const exit = await ended
    expect(said.out).not.toMatch(/#\d injected/)
    // Before it listens the signal ends it at once, and its agent puts away what it has.
    if (said.out.includes('aborting')) expect({ exit, out: said.out }).toEqual({ exit: 2, out: expect.stringContaining('report  ') as string })
    else expect(exit).toBeNull()
    await until(() => (JSON.parse(cli(['status', '--json'], lab).stdout) as { owed: unknown[] }).owed.length === 0)
  })

  test('ends in order with 3 when nobody reads its output any more', async () => {
    writeCharter('30s')
    const { child, said, ended } = start(['run'])
    await until(() => said.out.includes('holding'))
    child.stdout.destroy()
    expect(await ended).toBe(3)
    expect(JSON.parse(cli(['status', '--json'], lab).stdout)).toMatchObject({ owed: [], locked: [], runs: [{ live: false, endedBy: 'operator' }] })
  })
})

describe('a stack without an experiment', () => {
  test('goes up, is seen, and comes down without a trace', () => {
    const up = cli(['up', '--containment', 'process', '--json'], lab)
    expect(up).toMatchObject({ status: 0, stderr: '' })
    const { run } = JSON.parse(up.stdout) as { run: string }
    expect(cli(['up', '--containment', 'process'], lab)).toMatchObject({ status: 3, stderr: expect.stringContaining('is up already') as string })
    expect(cli(['ps'], lab).stdout).toMatch(/web#1 +✓ (up|healthy)/)
    expect(cli(['logs', 'web'], lab).stdout).toContain('nothing was logged by web')
    expect(cli(['logs', 'wep'], lab)).toMatchObject({ status: 64, stderr: expect.stringContaining('it has web') as string })
    expect(JSON.parse(cli(['down', '--json'], lab).stdout)).toEqual({ closed: [run] })
    expect(cli(['ps'], lab).stdout).toContain('nothing runs now')
  })
})
