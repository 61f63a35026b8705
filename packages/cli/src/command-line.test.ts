import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ERRORS, SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCommandLine } from './command-line.ts'
import { COMMANDS } from './command-table.ts'
import { makeOutput } from './output/output.ts'
import { failureDocument, failureOf, failureText } from './output/problems.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function call(words: readonly string[], columns?: number, more: NodeJS.ProcessEnv = {}) {
  const [out, err]: [string[], string[]] = [[], []]
  const environment = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), ...more }
  const exit = await runCommandLine(words, {
    stdout: { isTTY: columns !== undefined, columns, write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    environment,
    cwd: folder,
  })
  return { exit, out: out.join(''), err: err.join('') }
}

describe('wrong usage', () => {
  test('an unknown command ends with 64 and names the nearest one', async () => {
    const { exit, out, err } = await call(['rnu'])
    expect({ exit, out }).toEqual({ exit: 64, out: '' })
    expect(err).toBe("unknown command 'rnu' [SC_USAGE]\n  did you mean run? `safechaos --help` lists every command\n")
  })
  test('in JSON it is one document on standard output and nothing on standard error', async () => {
    const { exit, out, err } = await call(['rnu', '--json'])
    expect({ exit, err }).toEqual({ exit: 64, err: '' })
    expect(JSON.parse(out)).toMatchObject({ error: { exit: 64, problems: [{ code: 'SC_USAGE', message: "unknown command 'rnu'" }] } })
  })
  test.each([
    [['run', '--nope']],
    [['compare', 'one']],
    [['check', 'a', 'b']],
    [['completion', 'tcsh']],
    [['policy']],
    [['plan', 'missing.yaml']],
    [['run', 'missing.yaml']],
    [['report', 'nobody']],
    [['abort']],
    [['logs']],
  ])('%j ends with 64 and says what to do', async (words) => {
    const { exit, err } = await call(words)
    expect(exit).toBe(64)
    expect(err).toMatch(/\[SC_[A-Z_]+\]\n {2}\S/)
  })
  test.each([
    [['run', '--nope'], 'run `safechaos run --help`'],
    [['compare', 'one'], 'run `safechaos compare --help`'],
    [['ps', 'more'], 'run `safechaos ps --help`'],
    [['policy', 'explain', '--nope'], 'run `safechaos policy explain --help`'],
    [['policy', 'xplain'], 'did you mean explain? `safechaos policy --help` lists every command'],
    [['run', '--dry-rum'], 'did you mean --dry-run? `safechaos run --help` lists every option'],
    [['--nope'], 'run `safechaos --help`'],
  ])('%j points at the help of the command that was meant', async (words, hint) => {
    expect((await call(words)).err).toMatch(new RegExp(`\\[SC_USAGE\\]\\n {2}${hint.replace('?', '\\?')}\\n$`))
  })
  test('without a word it shows the help', async () => {
    expect(await call([])).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('safechaos doctor') as string })
  })
})

describe('the help', () => {
  test('names every command of the table, in its group', async () => {
    const { exit, out } = await call(['--help'])
    expect(exit).toBe(0)
    for (const { name, group } of COMMANDS) {
      expect(out).toContain(`\n  ${name} `)
      expect(out).toContain(`\n${group}:\n`)
    }
  })
  test.each(COMMANDS.map(({ name }) => name))('of %s names its arguments and options, --json among them', async (name) => {
    const { exit, out } = await call([...name.split(' '), '--help'])
    const entry = COMMANDS.find((one) => one.name === name)
    expect(exit).toBe(0)
    for (const { flags } of entry?.options ?? []) expect(out).toContain(flags)
    expect(out).toContain('--json')
  })
  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
    expect((await call(['--version'])).out).toBe(`${version}\n`)
  })
})

describe('every command has a file that is loaded only when it is called', () => {
  test.each(COMMANDS.map(({ name, load }) => [name, load] as const))('%s', async (_, load) => {
    expect(typeof (await load()).act).toBe('function')
  })
})

describe('status of a machine that never ran anything', () => {
  test('teaches the next step', async () => {
    expect(await call(['status'])).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('Next: safechaos run') as string })
  })
  test.each([
    ['status', { runs: [], elsewhere: [], locked: [], owed: [] }],
    ['ps', { enclosures: [] }],
    ['down', { closed: [] }],
    ['recover', { labs: [], finished: [], clean: true }],
  ] as const)('%s --json is one document', async (name, document) => {
    const { exit, out, err } = await call([name, '--json'])
    expect({ exit, err, document: JSON.parse(out) }).toEqual({ exit: 0, err: '', document })
  })
})

describe('status of a lab', () => {
  const sentence = `Held: ${'x'.repeat(200)}.`
  beforeEach(() => {
    const runDir = join(folder, '.safechaos/runs/judged')
    mkdirSync(runDir, { recursive: true })
    writeFileSync(join(runDir, 'plan.json'), JSON.stringify({ plan: { charter: { name: 'web-kill' } } }))
    writeFileSync(join(runDir, 'ledger.jsonl'), `${JSON.stringify({ body: { kind: 'verdict', verdict: { sentence, exit: 0 } } })}\n`)
    mkdirSync(join(folder, '.safechaos/runs/refused'))
  })
  test('tells the same runs in words and in JSON: none that was refused before it had a plan', async () => {
    const { out } = await call(['status'])
    expect(out).toContain('judged')
    expect(out).not.toContain('refused')
    const { runs } = JSON.parse((await call(['status', '--json'])).out) as { runs: { run: string }[] }
    expect(runs.map(({ run }) => run)).toEqual(['judged'])
  })
  test('is as wide as the terminal, and whole in a pipe', async () => {
    expect((await call(['status'])).out).toContain(sentence)
    for (const columns of [60, 120]) {
      const { out } = await call(['status'], columns, { NO_COLOR: '1' })
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBe(columns)
    }
  })
})

describe('colours and live drawing', () => {
  const of = (isTTY: boolean, environment: NodeJS.ProcessEnv, json = false) => {
    const { live, paint } = makeOutput({ isTTY, write: () => true }, environment, json)
    return { live, colors: paint.red('x') !== 'x' }
  }
  test('are for a real terminal alone', () => {
    expect(of(true, {})).toEqual({ live: true, colors: true })
    expect(of(false, {})).toEqual({ live: false, colors: false })
    expect(of(true, { CI: 'true' })).toEqual({ live: false, colors: false })
    expect(of(true, { TERM: 'dumb' })).toEqual({ live: false, colors: false })
    expect(of(true, {}, true)).toEqual({ live: false, colors: false })
  })
  test('the width is that of such a terminal alone', () => {
    const sink = { isTTY: true, columns: 70, write: () => true }
    expect(makeOutput(sink, {}, false).width).toBe(70)
    expect([makeOutput(sink, {}, true), makeOutput({ ...sink, isTTY: false }, {}, false)].map(({ width }) => width)).toEqual([undefined, undefined])
  })
  test('NO_COLOR takes the colours and leaves the live view; FORCE_COLOR colours a pipe', () => {
    expect(of(true, { NO_COLOR: '1' })).toEqual({ live: true, colors: false })
    expect(of(false, { FORCE_COLOR: '1' })).toEqual({ live: false, colors: true })
  })
})

describe('a failure', () => {
  const error = new SafechaosError(
    { code: 'SC_INVALID', message: 'bad', where: { file: 'a.yaml', line: 2, column: 3 } },
    { more: [{ code: 'SC_POLICY', message: 'no', hint: 'ask' }] },
  )
  test('lists every problem with its place and what to do, in words and in JSON', () => {
    expect(failureText(failureOf(error))).toBe(`a.yaml:2:3: bad [SC_INVALID]\n  ${ERRORS.SC_INVALID.hint}\nno [SC_POLICY]\n  ask`)
    expect(failureDocument(failureOf(error)).error.problems).toEqual([
      { code: 'SC_INVALID', message: 'bad', hint: ERRORS.SC_INVALID.hint, where: { file: 'a.yaml', line: 2, column: 3 } },
      { code: 'SC_POLICY', message: 'no', hint: 'ask' },
    ])
  })
  test('that quotes a service does nothing to the terminal', () => {
    const quoting = failureOf(new SafechaosError({ code: 'SC_STEP', message: 'tc: \u001b[2Jno\u009b1m\nsuch', hint: 'look' }))
    expect(failureText(quoting)).toBe('tc: no\nsuch [SC_STEP]\n  look')
  })
  test('has the exit code that outranks the others', () => {
    expect(failureOf(error).exit).toBe(64)
    expect(failureOf(new SafechaosError({ code: 'SC_STATE', message: 'x' }, { more: [{ code: 'SC_POLICY', message: 'y' }] })).exit).toBe(4)
  })
  test('that is not ours says that it is a mistake of ours, with its stack', () => {
    const failure = failureOf(new TypeError('oops'))
    expect(failure).toMatchObject({ exit: 3, problems: [{ code: 'SC_BUG', message: 'oops' }] })
    expect(failureText(failure)).toContain('command-line.test.ts')
  })
})
