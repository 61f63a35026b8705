import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync, rmSync } from 'node:fs'
import { idOf, isAlive, type ProcessId, recoverLab } from '@safechaos/agent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leaveBehind, newStateFolder } from '../support/left-behind.ts'
import { eventually } from '../support/outside.ts'
import { skipLoudly } from '../support/real-lab.ts'

const OWN = process.getuid?.() === 0 ? ['--pid'] : ['--user', '--map-root-user', '--pid']
const TRIES = 400

let stateDir: string
let made: ChildProcess[]
beforeEach(() => {
  stateDir = newStateFolder()
  made = []
})
afterEach(() => {
  for (const child of made) child.kill('SIGKILL')
  rmSync(stateDir, { recursive: true, force: true })
})

interface Inside extends ProcessId {
  readonly wrapper: ChildProcess
  readonly namespace: string
}

/** A process in a PID namespace of its own that carries nothing of any run. */
async function inNewNamespace(words = ['sleep', '120']): Promise<Inside> {
  const wrapper = spawn('unshare', [...OWN, '--fork', '--kill-child', '--', ...words], { stdio: 'ignore', env: { PATH: process.env.PATH } })
  made.push(wrapper)
  let pid = 0
  await eventually(() => {
    pid = Number(readFileSync(`/proc/${wrapper.pid}/task/${wrapper.pid}/children`, 'utf8').trim())
    return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(words[0] ?? '')
  }, 10_000)
  const namespace = /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0] ?? ''
  return { wrapper, namespace, pid, start: idOf(pid)?.start ?? '' }
}

const canUnshare = (): boolean => spawnSync('unshare', [...OWN, '--fork', 'true'], { timeout: 5000 }).status === 0
const dead = (): ProcessId => ({ pid: process.pid, start: String(Number(idOf(process.pid)?.start) - 1) })

test('a stranger whose PID namespace got the number of a dead enclosure is never hit', async (context) => {
  if (!canUnshare()) skipLoudly(context, 'no PID namespace can be made here', 'sudo npm test -- adversarial')
  const ended = await inNewNamespace()
  leaveBehind(stateDir, 'ended', dead(), { initPid: ended.pid, initStart: ended.start, pidNamespace: ended.namespace })
  ended.wrapper.kill('SIGKILL')
  await eventually(() => !isAlive(ended), 10_000)
  const strangers: Inside[] = []
  while (strangers.length < TRIES && strangers.at(-1)?.namespace !== ended.namespace) strangers.push(await inNewNamespace())
  const hit = strangers.at(-1)
  if (hit?.namespace !== ended.namespace) skipLoudly(context, `the kernel reused no number in ${TRIES} namespaces`, 'a quieter machine')
  const { runs } = await recoverLab(stateDir)
  expect(runs).toMatchObject([{ run: 'ended', stuck: [] }])
  expect(strangers.filter((one) => !isAlive(one))).toEqual([])
}, 120_000)

test('while the namespace of an enclosure stands, what lives in it is ended, marked or not', async (context) => {
  if (!canUnshare()) skipLoudly(context, 'no PID namespace can be made here', 'sudo npm test -- adversarial')
  const first = await inNewNamespace(['sh', '-c', 'trap "" TERM; sleep 120 & wait'])
  leaveBehind(stateDir, 'stands', dead(), { initPid: first.pid, initStart: first.start, pidNamespace: first.namespace })
  expect((await recoverLab(stateDir)).runs).toMatchObject([{ run: 'stands', stuck: [] }])
  expect(isAlive(first)).toBe(false)
}, 60_000)
