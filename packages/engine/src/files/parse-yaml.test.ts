import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseYaml } from './parse-yaml.ts'
import { readYamlFile } from './read-yaml-file.ts'

/** `line:column message` of every problem. */
const problems = (text: string): string[] =>
  parseYaml(text, 'x.yaml').problems.map(({ where, message }) => `${where?.line}:${where?.column} ${message}`)

describe('case 25: a hostile file is refused with line and column', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'safechaos-yaml-'))
    parseYaml('warm: up', 'x.yaml')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const laughs = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]`),
  ].join('\n')
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['an alias bomb', laughs, /^\d+:\d+ more than 10000 values/],
    ['10 MB of charter', `hypothesis: x\n# ${'y'.repeat(10 * 1024 * 1024)}`, /^2:\d+ the file is larger than 1048576 bytes/],
    ['brackets 10^4 deep', '['.repeat(10_000), /^1:\d+ lists and mappings more than 100 deep/],
    ['dashes 3000 deep on one line', '- '.repeat(3000), /^1:\d+ lists and mappings more than 100 deep/],
    ['question marks 3000 deep', '? '.repeat(3000), /^1:\d+ lists and mappings more than 100 deep/],
    ['1 MiB of brackets', `${'['.repeat(9999)}\n`.repeat(104), /^1:101 lists and mappings more than 100 deep/],
    ['1 MiB of empty keys', 'a:\n'.repeat(349_525), /^10001:1 more than 10000 lines/],
    ['1 MiB on one line', `[${','.repeat(1024 * 1024 - 2)}`, /^1:10001 a line of more than 10000 characters/],
    ['1 MiB of commas', `[\n${`${','.repeat(9999)}\n`.repeat(104)}`, /^[23]:\d+ more than 10000 tokens/],
    ['1 MiB of quotes', `${'"'.repeat(9999)}\n`.repeat(104), /^\d+:\d+ more than 10000 tokens/],
    ['1 MiB of bangs and colons', `${'!: '.repeat(3333)}\n`.repeat(104), /^\d+:\d+ more than 10000 tokens/],
    ['1 MiB of pairs', `[\n${`${'a: b, '.repeat(1600)}\n`.repeat(104)}`, /^\d+:\d+ more than 10000 tokens/],
    ['a duplicate key', 'abort:\n  p95: "> 1s"\n  p95: "> 9s"\n', /^3:3 the key "p95" is here twice; first at line 2$/],
    ['__proto__', 'fault:\n  __proto__: { kind: x }\n', /^2:3 "__proto__" is not possible as a key$/],
    ['constructor', 'signals: { constructor: 1 }', /^1:12 "constructor" is not possible as a key$/],
    ['.nan', 'abort: { lag: { need: .nan } }', /^1:23 NaN is not a number/],
    ['-.inf', 'a: [1, -.inf]', /^1:8 -Infinity is not a number/],
    ['1e999', 'a: 1e999', /^1:4 Infinity is not a number/],
    ['2^53+1', 'a:\n  - 9007199254740993', /^2:5 "9007199254740993" is beyond 2\^53/],
    ['2^53+1 as a float', 'a: 9007199254740993.0', /^1:4 9007199254740992 is beyond 2\^53/],
    ['a bidi override', 'hypothesis: paying \u202eworks', /^1:20 an invisible character: \\u\{202e\} in hypothesis: paying \\u\{202e\}works$/],
    ['a zero-width space', 'a: x\nb\u200b: y', /^2:2 an invisible character: \\u\{200b\}/],
    ['a tag character', 'a: x\u{e0041}', /^1:5 an invisible character: \\u\{e0041\}/],
    ['a NUL', 'a: x\0', /^1:5 an invisible character: \\u\{0\}/],
    ['an escaped bidi override', 'a: "x\\u202ey"', /^1:4 invisible characters: "x\\u\{202e\}y"$/],
    ['an escape in a key', '{ "a\\u200b": 1 }', /^1:3 invisible characters in the key "a\\u\{200b\}"$/],
    ['a merge key', 'a: &a { x: 1 }\nb: { <<: *a }', /^2:6 merge keys \(<<\) are not possible$/],
    ['an alias inside itself', 'a: &a\n  b: *a', /^2:6 the alias "a" is inside of what it stands for$/],
    ['an alias of nothing', 'a: *b', /^1:4 /],
    ['a tag', 'a: !!binary aGk=', /^1:\d+ /],
    ['a tag of somebody', 'a: !js/function "x"', /^1:\d+ /],
    ['a directive', '%YAML 1.1\n---\na: yes', /^1:1 directives are not possible$/],
    ['two documents', 'a: 1\n---\nb: 2', /^\d:1 the file has a second document$/],
    ['a list as a key', '? [a, b]\n: c', /^1:3 /],
    ['nothing closed', 'a: [1, 2', /^1:\d+ /],
    ['a tab as indentation', 'a:\n\tb: 1', /^2:\d+ /],
  ]
  test.each(cases)('%s', (name, text, expected) => {
    const path = join(folder, `${name.replace(/[^a-z0-9]/gi, '-')}.yaml`)
    writeFileSync(path, text)
    const tries = [1, 2, 3].map(() => {
      const memory = process.memoryUsage()
      const start = process.cpuUsage()
      const file = readYamlFile(path)
      const { user, system } = process.cpuUsage(start)
      const ms = (user + system) / 1000
      const after = process.memoryUsage()
      return { file, ms, grown: after.heapUsed + after.arrayBuffers - memory.heapUsed - memory.arrayBuffers }
    })
    const [{ file } = { file: readYamlFile(path) }] = tries
    const [first] = file.problems
    expect(`${first?.where?.line}:${first?.where?.column} ${first?.message}`).toMatch(expected)
    expect(file.value).toBeUndefined()
    // The best of three, and CPU time: other work on this machine is not what is measured.
    expect(Math.min(...tries.map(({ ms }) => ms))).toBeLessThan(100)
    expect(Math.max(...tries.map(({ grown }) => grown))).toBeLessThan(50 * 1024 * 1024)
  })

  test('bytes that are no UTF-8', () => {
    const path = join(folder, 'latin.yaml')
    writeFileSync(path, Buffer.concat([Buffer.from('a: ä\nb: '), Buffer.from([0xe4, 0x0a])]))
    expect(readYamlFile(path).problems).toEqual([expect.objectContaining({ code: 'SC_YAML', where: { file: path, line: 2, column: 4 } })])
  })

  test('what is not a file of this machine', () => {
    expect(readYamlFile(join(folder, 'none.yaml')).problems).toEqual([{ code: 'SC_FILE', message: expect.stringContaining('there is no such file') }])
    expect(readYamlFile(folder).problems).toEqual([{ code: 'SC_FILE', message: expect.stringContaining('not a regular file') }])
    expect(readYamlFile('/dev/zero').problems).toEqual([{ code: 'SC_FILE', message: expect.stringContaining('not a regular file') }])
  })
})

describe('a friendly file', () => {
  test('is plain data', () => {
    const { value, problems: none } = parseYaml(
      '\uFEFFa: 1\r\nb: [x, 2.5, true, null, ~]\r\n8080: "9007199254740993"\nc: &c { d: no }\ne: *c\n',
      'x.yaml',
    )
    expect(none).toEqual([])
    expect(value).toEqual({ a: 1, b: ['x', 2.5, true, null, null], 8080: '9007199254740993', c: { d: 'no' }, e: { d: 'no' } })
  })

  test('may be 100 deep', () => {
    expect(problems(`${'['.repeat(100)}${']'.repeat(100)}`)).toEqual([])
    expect(problems(`${'['.repeat(101)}${']'.repeat(101)}`)).toEqual([expect.stringContaining('more than 100 deep')])
  })

  test('that is empty is null, as an empty lab.yaml is', () => {
    expect(parseYaml('# only a comment\n', 'x.yaml')).toMatchObject({ value: null, problems: [] })
  })

  test('tells where keys, values and missing parts are', () => {
    const text = parseYaml('load: { get: a }\nabort:\n  errorRatio: "> 5%"\nsteps:\n  - 1\n  - two\n', 'x.yaml')
    const at = (path: (string | number)[], what: 'key' | 'value' = 'value') => {
      const { line, column } = text.locate(path, what)
      return `${line}:${column}`
    }
    expect(at(['load', 'get'], 'key')).toBe('1:9')
    expect(at(['load', 'get'])).toBe('1:14')
    expect(at(['load', 'rate'])).toBe('1:1')
    expect(at(['abort', 'errorRatio'])).toBe('3:15')
    expect(at(['abort'])).toBe('2:1')
    expect(at(['steps', 1])).toBe('6:5')
    expect(at(['hypothesis'])).toBe('1:1')
    expect(at([])).toBe('1:1')
  })
})

test.each([
  ['abort: { errorRatio: > 60% }', '1:22', 'write it in quotes: "> 60%"'],
  ['abort: { errorRatio: > 60%, p99: "> 1s" }', '1:22', 'write it in quotes: "> 60%"'],
  ['abort:\n  errorRatio: > 5%\n', '2:17', 'write it in quotes: "> 5%"'],
  ['abort:\n  errorRatio: >= 5% # of all\n', '2:', 'write it in quotes: ">= 5%"'],
  ['abort: { errorRatio: %5 }', '1:22', 'write it in quotes: "%5"'],
  ['load: {', '1:', undefined],
  ['%YAML 1.2\n---\na: 1', '1:1', 'delete the line that starts with %'],
])('a limit without quotes in %j is shown with its quotes', (text, place, hint) => {
  const [first] = parseYaml(text, 'x.yaml').problems
  expect(`${first?.where?.line}:${first?.where?.column}`).toContain(place)
  expect(first?.hint).toBe(hint)
})
