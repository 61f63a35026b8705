import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { labState, ownId } from '@safechaos/agent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callIn } from '../../../../test/support/call-in.ts'
import { sealedRun } from '../../../../test/support/sealed-run.ts'

let folder: string
let lab: string
/** One lab with one run, which the state folder knows; nothing but the lab is in the folder around it. */
beforeAll(async () => {
  folder = (await sealedRun()).folder
  lab = join(folder, 'lab')
  const runState = join(folder, 'state/safechaos/labs/lab/runs/r1')
  mkdirSync(runState, { recursive: true, mode: 0o700 })
  const agent = { pid: process.pid, start: '1' }
  writeFileSync(
    join(runState, 'agent.json'),
    JSON.stringify({ run: 'r1', agent, bootId: 'x', labDir: lab, containment: 'sandbox', detached: false, startedAt: 0 }),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a run of any lab of the machine', () => {
  test.each([[['report']], [['report', '--html']], [['verify']], [['logs']]])('%j names it and its lab beside the output', async (words) => {
    const outside = await callIn(folder, words)
    expect(outside.err).toBe(`this is run r1 of the lab in ${lab}\n`)
    const inside = await callIn(folder, words, lab)
    expect(inside.err).toBe('')
    expect(outside.out.replaceAll('lab/.safechaos', '.safechaos')).toBe(inside.out.replaceAll('lab/.safechaos', '.safechaos'))
  })
  test('in JSON nothing is added', async () => {
    expect((await callIn(folder, ['report', '--json'])).err).toBe('')
  })
})

test('status names what runs in another lab, since an abort reaches it from here too', async () => {
  const other = join(folder, 'other')
  mkdirSync(join(other, 'stacks'), { recursive: true })
  const runState = join(labState(other, join(folder, 'state/safechaos')), 'runs/r2')
  mkdirSync(runState, { recursive: true, mode: 0o700 })
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  const alive = { agent: ownId(), bootId, labDir: other, containment: 'sandbox', detached: false, startedAt: Date.now() }
  writeFileSync(join(runState, 'agent.json'), JSON.stringify({ run: 'r2', ...alive }))
  const { out } = await callIn(folder, ['status'], lab)
  expect(out).toContain('nothing runs now in this lab')
  expect(out).toMatch(new RegExp(`now in other labs\\n {2}r2 .*${other}`))
  expect((await callIn(folder, ['status'], other)).out).toMatch(/^now\n {2}r2 .*safechaos abort r2/)
  rmSync(runState, { recursive: true })
})

test('where the state folder cannot be read, an abort does not say that nothing runs', async () => {
  const blind = join(folder, 'blind')
  mkdirSync(join(blind, 'state/safechaos'), { recursive: true })
  writeFileSync(join(blind, 'state/safechaos/labs'), '')
  const { exit, err } = await callIn(blind, ['abort'])
  expect({ exit, err }).toEqual({ exit: 3, err: expect.stringContaining('cannot be read: ENOTDIR') as string })
})

describe('the report in a terminal', () => {
  test('tells every duration in one way', async () => {
    const { out } = await callIn(folder, ['report'], lab)
    expect(out).toMatch(/^mitigate +\d+ ms; /m)
    expect(out).not.toMatch(/ 0\.0 s/)
  })
})

describe('a run against itself', () => {
  const words = ['compare', 'r1', 'last']
  test('reads as lines, and with --md as Markdown that ends with its last line', async () => {
    expect((await callIn(folder, words, lab)).out).toMatch(/^A {2}run /)
    const { exit, out } = await callIn(folder, [...words, '--md'], lab)
    expect(exit).toBe(0)
    expect(out).toMatch(/^# worker-kill-repaired against worker-kill-repaired\n\n- A, run .+\n- B, run .+\n\n/)
    expect(out).toMatch(/\n- Both runs are aligned .+\.\n$/)
  })
  test('in JSON is the same with and without --md', async () => {
    const { out } = await callIn(folder, [...words, '--json'], lab)
    expect(JSON.parse(out)).toMatchObject({ a: { name: 'worker-kill-repaired' }, b: { name: 'worker-kill-repaired' } })
    expect((await callIn(folder, [...words, '--json', '--md'], lab)).out).toBe(out)
  })
})
