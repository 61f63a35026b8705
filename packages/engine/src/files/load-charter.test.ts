import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { problemText, SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { charterText } from './charter-text.ts'
import { ownerOf } from './git-identity.ts'
import { loadCharter } from './load-charter.ts'
import { parseYaml } from './parse-yaml.ts'

const CHARTER = `hypothesis: paying works while a worker dies
load: { get: http://api:8080/pay, rate: 50/s }
fault: { kind: process.kill, target: worker }
abort: { errorRatio: "> 5%" }
`
const STACK = `services:
  api: { command: node api.mjs }
  worker: { command: node worker.mjs, deploy: { replicas: 4 } }
`

let lab = ''
const write = (path: string, text: string | Buffer): string => {
  const whole = join(lab, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, text)
  return whole
}
const load = () => loadCharter(join(lab, 'charters/kill.yaml'), { containment: 'sandbox' })
/** Every problem as people see it, with paths relative to the lab. */
const refusal = async (): Promise<string> => {
  try {
    await load()
  } catch (error) {
    if (error instanceof SafechaosError) return error.problems.map(problemText).join('\n').replaceAll(`${lab}/`, '')
    throw error
  }
  return 'no problem'
}

beforeEach(() => {
  lab = realpathSync(mkdtempSync(join(tmpdir(), 'safechaos-lab-')))
  write('lab.yaml', 'name: shop\n')
  write('charters/kill.yaml', CHARTER)
  write('stacks/weak/compose.yaml', STACK)
})
afterEach(() => rmSync(lab, { recursive: true }))

describe('a charter of four lines', () => {
  test('loads with its lab, the only stack, and digests', async () => {
    const loaded = await load()
    expect(loaded.lab.name).toBe('shop')
    expect(loaded.labDir).toBe(lab)
    expect(loaded.charter).toMatchObject({
      name: 'kill',
      stack: '../stacks/weak/compose.yaml',
      containment: 'sandbox',
      seed: loaded.charterDigest.slice(0, 16),
    })
    expect(loaded.charterBytes.toString()).toBe(CHARTER)
    expect(loaded.stack).toMatchObject({ name: 'weak', services: [{ name: 'api' }, { name: 'worker', replicas: 4 }] })
    expect(loaded.stackDir).toBe(join(lab, 'stacks/weak'))
    for (const digest of [loaded.charterDigest, loaded.expansionDigest, loaded.stackDigest]) expect(digest).toMatch(/^[0-9a-f]{64}$/)
  })

  test('printed in full is a charter that loads to the same expansion', async () => {
    const first = await load()
    write('charters/kill.yaml', charterText(first.charter))
    const again = await load()
    expect(again.charter).toEqual(first.charter)
    expect(again.expansionDigest).toBe(first.expansionDigest)
    expect(again.charterDigest).not.toBe(first.charterDigest)
  })

  test('changes its digest with one byte of a comment, and the digest of its stack with one byte of a program', async () => {
    const first = await load()
    write('charters/kill.yaml', `${CHARTER}# a comment\n`)
    write('stacks/weak/api.mjs', 'x')
    const second = await load()
    write('stacks/weak/api.mjs', 'y')
    const third = await load()
    expect(second.charterDigest).not.toBe(first.charterDigest)
    expect(new Set([first.stackDigest, second.stackDigest, third.stackDigest]).size).toBe(3)
  })

  test('covers programs of the lab outside the folder of the stack, and what lies beside them', async () => {
    write('services/api.mjs', 'import "./queue.mjs"')
    write('services/queue.mjs', '1')
    write('stacks/weak/compose.yaml', STACK.replace('node api.mjs', 'node ../../services/api.mjs'))
    const first = await load()
    write('services/queue.mjs', '2')
    expect((await load()).stackDigest).not.toBe(first.stackDigest)
  })

  test('takes an override of the containment into its expansion', async () => {
    const loaded = await loadCharter(join(lab, 'charters/kill.yaml'), { containment: 'sandbox', override: 'process' })
    expect(loaded.charter.containment).toBe('process')
    expect(loaded.expansionDigest).not.toBe((await load()).expansionDigest)
  })

  test('keeps apart what the charter itself names from what was assumed or asked for', async () => {
    const path = join(lab, 'charters/kill.yaml')
    expect((await loadCharter(path, { containment: 'process', override: 'process' })).namedContainment).toBeUndefined()
    write('charters/kill.yaml', `${CHARTER}containment: process\n`)
    expect((await loadCharter(path, { containment: 'sandbox', override: 'sandbox' })).namedContainment).toBe('process')
  })

  test('finds its lab without lab.yaml by the folder of its stacks', async () => {
    rmSync(join(lab, 'lab.yaml'))
    expect((await load()).labDir).toBe(lab)
  })
})

describe('a charter that cannot be used', () => {
  test('is refused with every problem of charter, lab and stack at once, each with its line', async () => {
    write('charters/kill.yaml', CHARTER.replace('hypothesis', 'hypthesis').replace('> 5%', '5%'))
    write('lab.yaml', 'nmae: shop\n')
    write('stacks/weak/compose.yaml', 'services:\n  api:\n    command: x\n    privileged: true\n')
    const text = await refusal()
    expect(text).toContain('charters/kill.yaml:1:1: unknown key "hypthesis" [SC_INVALID]\n  did you mean hypothesis?')
    expect(text).toContain('lab.yaml:1:1: unknown key "nmae" [SC_INVALID]\n  did you mean name?')
    expect(text).toContain('stacks/weak/compose.yaml:4:5: privileged is not possible here [SC_STACK]')
  })

  test('is refused in a lab that holds the state folder, which changes with every run', async () => {
    vi.stubEnv('XDG_STATE_HOME', join(lab, 'state'))
    mkdirSync(join(lab, 'state/safechaos'), { recursive: true })
    expect(await refusal()).toContain('is inside the lab')
    vi.unstubAllEnvs()
  })

  test('is told what it names and is not there', async () => {
    write('charters/kill.yaml', CHARTER.replace('//api:', '//apo:').replace('target: worker', 'target: wroker').concat('environment: prod\n'))
    const text = await refusal()
    expect(text).toContain('charters/kill.yaml:2:14: there is no service in the stack called "apo" [SC_INVALID]\n  did you mean api?')
    expect(text).toContain('charters/kill.yaml:3:38: there is no service in the stack called "wroker" [SC_INVALID]\n  did you mean worker?')
    expect(text).toContain('charters/kill.yaml:5:14: there is no environment in this lab called "prod"')
  })

  test('must say which of several stacks it means', async () => {
    write('stacks/strong.yaml', STACK)
    expect(await refusal()).toContain(
      'there are 2 stacks, and the charter names none [SC_STACK]\n  write stack: in the charter, one of stacks/strong.yaml, stacks/weak/compose.yaml',
    )
    write('charters/kill.yaml', `${CHARTER}stack: ../stacks/strong.yaml\n`)
    expect((await load()).stack.name).toBe('strong')
  })

  test('may not take its stack, or a mount of it, from outside', async () => {
    write('charters/kill.yaml', `${CHARTER}stack: /etc/passwd\n`)
    expect(await refusal()).toContain('charters/kill.yaml:5:8: /etc/passwd is absolute [SC_STACK]')
    symlinkSync('/etc', join(lab, 'stacks/out'))
    write('charters/kill.yaml', `${CHARTER}stack: ../stacks/out/passwd\n`)
    expect(await refusal()).toContain('is outside the lab')
    rmSync(join(lab, 'stacks/out'))
    write('charters/kill.yaml', CHARTER)
    symlinkSync('/etc', join(lab, 'stacks/weak/etc'))
    write('stacks/weak/compose.yaml', STACK.replace('{ command: node api.mjs }', '{ command: node api.mjs, volumes: ["./etc:/x", "./none:/y"] }'))
    const text = await refusal()
    expect(text).toContain('stacks/weak/compose.yaml:2:43: etc leads out of the folder of the stack')
    expect(text).toContain('none is not there')
  })

  test('reads variables from the .env of the lab alone', async () => {
    write('stacks/weak/compose.yaml', STACK.replace('replicas: 4', 'replicas: "${HOME_SIZE}"'))
    process.env.HOME_SIZE = '9'
    expect(await refusal()).toContain('the variable HOME_SIZE is not set')
    delete process.env.HOME_SIZE
    write('.env', 'HOME_SIZE=3\n')
    expect((await load()).stack.services[1]?.replicas).toBe(3)
  })

  test('that is missing says so', async () => {
    rmSync(join(lab, 'charters/kill.yaml'))
    expect(await refusal()).toContain('charters/kill.yaml: there is no such file [SC_FILE]')
    expect(parseYaml('', 'x').value).toBeNull()
  })
})

describe('the owner', () => {
  test('is the Git identity of the folder, else the user of the system', async () => {
    execFileSync('git', ['init', '--quiet', lab])
    execFileSync('git', ['-C', lab, 'config', 'user.name', 'Ana\u202e'])
    execFileSync('git', ['-C', lab, 'config', 'user.email', 'ana@example.org'])
    expect(await ownerOf(lab)).toBe('Ana <ana@example.org>')
    expect((await load()).charter.owner).toBe('Ana <ana@example.org>')
    expect(await ownerOf(join(lab, 'no-such-folder'))).toBe(userInfo().username)
    write('charters/kill.yaml', `${CHARTER}owner: Bo\n`)
    expect((await load()).charter.owner).toBe('Bo')
  })
})
