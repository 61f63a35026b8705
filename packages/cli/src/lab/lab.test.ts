import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idOf, labState, runFolder, stateFolder } from '@safechaos/agent'
import type { SafechaosError } from '@safechaos/core'
import { findLabFolder } from '@safechaos/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { charterPath } from './charter-path.ts'
import { findRun, LIVE, onlyRun, WITH_EVIDENCE } from './find-run.ts'
import { allLabs, type KnownRun, knownLabs, knownRuns, labAround } from './known-runs.ts'
import { lastVerdict } from './last-verdict.ts'
import { Tail } from './tail.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-lab-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (name: string, more: Partial<KnownRun> = {}): KnownRun => ({
  run: name,
  labDir: '/lab',
  stateDir: '/state',
  startedAt: 0,
  live: false,
  detached: false,
  containment: 'sandbox',
  ended: undefined,
  runDir: `/lab/${name}`,
  ...more,
})
const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const codeOf = (act: () => unknown): string => {
  try {
    act()
    return 'none'
  } catch (error) {
    return (error as SafechaosError).code
  }
}

describe('the run that a person means', () => {
  const runs = [run('abc1'), run('abc2'), run('abc'), run('xyz', { live: true, runDir: undefined })]
  test('is named by its id, by the beginning of it, or by "last"', () => {
    expect(findRun('abc', runs, WITH_EVIDENCE).run).toBe('abc')
    expect(findRun('abc1', runs, WITH_EVIDENCE).run).toBe('abc1')
    expect(findRun('x', runs, LIVE).run).toBe('xyz')
    expect(findRun('last', runs, WITH_EVIDENCE).run).toBe('abc')
  })
  test('is refused when it is not clear, or not there', () => {
    expect(codeOf(() => findRun('ab', runs, WITH_EVIDENCE))).toBe('SC_USAGE')
    expect(codeOf(() => findRun('q', runs, WITH_EVIDENCE))).toBe('SC_NO_RUN')
    expect(codeOf(() => findRun('last', [], LIVE))).toBe('SC_NO_RUN')
    expect(codeOf(() => onlyRun([run('a', { live: true }), run('b', { live: true })], LIVE))).toBe('SC_USAGE')
    expect(onlyRun(runs, LIVE).run).toBe('xyz')
  })
})

describe('the charter that a person means', () => {
  test('is the only one in charters/ here or above', () => {
    mkdirSync(join(folder, 'charters'))
    mkdirSync(join(folder, 'stacks/deep'), { recursive: true })
    expect(codeOf(() => charterPath({ arguments: [undefined], cwd: folder }))).toBe('SC_USAGE')
    writeFileSync(join(folder, 'charters/a.yaml'), '')
    expect(charterPath({ arguments: [undefined], cwd: join(folder, 'stacks/deep') })).toBe(join(folder, 'charters/a.yaml'))
    writeFileSync(join(folder, 'charters/b.yaml'), '')
    expect(codeOf(() => charterPath({ arguments: [undefined], cwd: folder }))).toBe('SC_USAGE')
    expect(charterPath({ arguments: ['charters/b.yaml'], cwd: folder })).toBe(join(folder, 'charters/b.yaml'))
    expect(codeOf(() => charterPath({ arguments: ['charters/c.yaml'], cwd: folder }))).toBe('SC_FILE')
  })
})

describe('a folder where a charter is wanted', () => {
  const said = (given: string): string => {
    try {
      return charterPath({ arguments: [given], cwd: folder })
    } catch (error) {
      return `${(error as SafechaosError).code}: ${(error as SafechaosError).message}`
    }
  }
  test('is named as a folder, with the charters of that lab', () => {
    mkdirSync(join(folder, 'lab/charters'), { recursive: true })
    writeFileSync(join(folder, 'lab/lab.yaml'), '')
    expect(said('lab')).toBe('SC_USAGE: lab is a folder, and no charter is in it')
    for (const name of ['a.yaml', 'b.yml', 'notes.md']) writeFileSync(join(folder, 'lab/charters', name), '')
    expect(said('lab')).toBe('SC_USAGE: lab is a folder, with 2 charters: lab/charters/a.yaml, lab/charters/b.yml')
    expect(said('lab/charters')).toBe('SC_USAGE: lab/charters is a folder, with 2 charters: lab/charters/a.yaml, lab/charters/b.yml')
  })
  test('without charters/ its own files are meant, but not those of a lab or a stack', () => {
    for (const name of ['lab.yaml', 'compose.yaml', 'mine.yaml']) writeFileSync(join(folder, name), '')
    expect(said('.')).toBe('SC_USAGE: . is a folder, with 1 charter: mine.yaml')
  })
})

describe('runs that are known', () => {
  test('come from the state folder and from evidence, and a run whose agent lives is live', () => {
    const environment = { XDG_STATE_HOME: join(folder, 'state') }
    const labDir = join(folder, 'lab')
    mkdirSync(join(labDir, '.safechaos/runs/seen'), { recursive: true })
    const stateDir = labState(labDir, stateFolder(environment))
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'ignore' })
    try {
      const agent = idOf(child.pid ?? 0)
      const write = (name: string, id: unknown) => {
        const files = runFolder(stateDir, name)
        mkdirSync(files.folder, { recursive: true })
        writeFileSync(
          files.agentJson,
          JSON.stringify({ run: name, agent: id, bootId: bootId(), labDir, containment: 'process', detached: false, startedAt: 5 }),
        )
      }
      write('living', agent)
      write('gone', { pid: child.pid, start: '1' })
      const runs = knownRuns(knownLabs(folder, environment))
      expect(runs.map(({ run: name, live, runDir }) => `${name} ${live} ${runDir !== undefined}`).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        'gone false false',
        'living true false',
        'seen false true',
      ])
      expect(allLabs(environment)).toEqual([{ labDir, stateDir }])
      expect(labAround(labDir, environment)).toEqual({ labDir: findLabFolder(labDir), stateDir })
      expect(labAround(folder, environment)).toBeUndefined()
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('the end of a ledger', () => {
  test('gives the verdict, also with more records behind it, and nothing where there is none', () => {
    const line = (body: unknown) => `${JSON.stringify({ at: 1, body, digest: '', prev: '', seq: 1 })}\n`
    expect(lastVerdict(folder)).toBeUndefined()
    writeFileSync(join(folder, 'ledger.jsonl'), 'x'.repeat(200_000))
    appendFileSync(join(folder, 'ledger.jsonl'), `\n${line({ kind: 'verdict', verdict: { sentence: 'Held.' } })}${line({ kind: 'stage' })}`)
    expect(lastVerdict(folder)?.sentence).toBe('Held.')
  })
})

describe('a file that grows', () => {
  test('gives each whole line once, also when a character is cut in two', () => {
    const path = join(folder, 'log')
    const tail = new Tail(path)
    expect([...tail.lines()]).toEqual([])
    const bytes = Buffer.from('één\ntwee\ndr')
    writeFileSync(path, bytes.subarray(0, 1))
    expect([...tail.lines()]).toEqual([])
    appendFileSync(path, bytes.subarray(1))
    expect([...tail.lines()]).toEqual(['één', 'twee'])
    appendFileSync(path, 'ie\n')
    expect([...tail.lines()]).toEqual(['drie'])
  })
})
