import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callIn } from '../../../../test/support/call-in.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-recover-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const call = (...words: string[]) => callIn(folder, words)

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
const dead = { pid: process.pid, start: '1' }

function put(lab: string, name: string, content: object | string): string {
  const file = join(folder, 'state/safechaos/labs', lab, name)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
  return file
}

/** A lab with one run whose agent died. */
function putDeadRun(lab: string, labDir = folder): void {
  const base = { run: 'R1', agent: dead, bootId: bootId(), containment: 'process' }
  put(lab, 'runs/R1/agent.json', { ...base, labDir, detached: false, startedAt: 0 })
  put(lab, 'owed/R1.0.json', { ...base, version: 1, kind: 'enclosure', at: 0, workDir: '/nowhere' })
}
const isRecovered = (lab: string): boolean => existsSync(join(folder, 'state/safechaos/labs', lab, 'runs/R1/ended.json'))

describe('recover', () => {
  test('says that nothing is owed where nothing is, with exit code 0', async () => {
    expect(await call('recover')).toMatchObject({ exit: 0, out: expect.stringContaining('Everything is back') as string })
  })

  test('puts every lab in order that it can, names the one that it cannot, and exits with 5', async () => {
    for (const lab of ['a', 'b', 'c']) putDeadRun(lab)
    chmodSync(join(folder, 'state/safechaos/labs/b/owed'), 0o777)
    const { exit, out, err } = await call('recover')
    expect({ exit, recovered: ['a', 'b', 'c'].map(isRecovered) }).toEqual({ exit: 5, recovered: [true, false, true] })
    expect(out + err).toContain('can be written by others (mode 777)')
    chmodSync(join(folder, 'state/safechaos/labs/b/owed'), 0o700)
    expect(await call('recover')).toMatchObject({ exit: 0 })
    expect(isRecovered('b')).toBe(true)
  })

  test('reaches labs whose own folder is gone, and labs of which nothing readable tells the folder', async () => {
    putDeadRun('gone', join(folder, 'nowhere'))
    putDeadRun('torn')
    const torn = put('torn', 'runs/R0/agent.json', '{}')
    expect(await call('recover')).toMatchObject({ exit: 5, out: expect.stringContaining(`cannot be read: ${torn}`) as string })
    expect([isRecovered('gone'), isRecovered('torn')]).toEqual([true, true])
    expect(await call('status')).toMatchObject({ exit: 0 })
  })

  test('names the file of a record that cannot be read, what to do, and what stays locked', async () => {
    putDeadRun('a')
    put('a', 'locks/dev.json', { state: 'held', environment: 'dev', run: 'R1', epoch: 1, agent: dead, bootId: bootId(), owed: [] })
    const file = put('a', 'owed/R1.1.json', '{"version":1,"ki')
    const { exit, out } = await call('recover')
    expect({ exit, out }).toMatchObject({ exit: 5, out: expect.stringContaining(`cannot be read: ${file}. Look at it`) as string })
    expect(out).toContain('still locked: dev')
    expect(JSON.parse((await call('recover', '--json')).out)).toMatchObject({
      clean: false,
      labs: [{ locked: ['dev'], unreadable: ['owed/R1.1.json'] }],
    })
    rmSync(file)
    expect(await call('recover')).toMatchObject({ exit: 0, out: expect.stringContaining('free again: dev') as string })
  })

  test('says of a run in another PID namespace that it cannot tell, and leaves it', async () => {
    putDeadRun('a')
    put('a', 'runs/R2/agent.json', {
      run: 'R2',
      agent: { pid: 2, start: '1', table: 'x' },
      bootId: bootId(),
      labDir: folder,
      containment: 'process',
      detached: false,
      startedAt: 0,
    })
    const { exit, out } = await call('recover')
    expect({ exit, out }).toMatchObject({
      exit: 5,
      out: expect.stringContaining('left alone: R2. Whether its agent lives cannot be told from here') as string,
    })
    expect(isRecovered('a')).toBe(true)
  })
})
