import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Verdict } from '@safechaos/core'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/adding-a-fault.md'), 'utf8')
const CATALOGUE = 'packages/core/src/faults/catalogue.ts'

/** What the page shows, in its order: the file, the import, the entry. */
const [source = '', importLine = '', entry = ''] = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1])
const file = /^`(packages\/core\/src\/faults\/[a-z-]+\.ts)`:$/m.exec(PAGE)?.[1] ?? ''
const [charter = ''] = [...PAGE.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1])

let folder: string
let copy: string
/** The checkout as it was copied. */
const original = new Map<string, Buffer>()
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-new-fault-'))
  chmodSync(folder, 0o755)
  copy = join(folder, 'checkout')
  for (const name of filesOf(ROOT)) {
    const bytes = readFileSync(join(ROOT, name))
    original.set(name, bytes)
    mkdirSync(dirname(join(copy, name)), { recursive: true })
    writeFileSync(join(copy, name), bytes)
  }
  linkModules(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => {
  inCopy('packages/cli/bin/safechaos.js', 'recover')
  rmSync(folder, { recursive: true, force: true })
})

/** Tracked, and new but not ignored, as far as they are there. */
function filesOf(root: string): string[] {
  const listed = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8', timeout: 10_000 })
  return listed.stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))
}

/** Everything is the real thing by links, but our own packages, which are those of the copy. */
function linkModules(real: string, mine: string): void {
  mkdirSync(mine)
  for (const name of readdirSync(real)) {
    if (name === '@safechaos' || name === 'safechaos' || name === '.bin') continue
    symlinkSync(realpathSync(join(real, name)), join(mine, name))
  }
  symlinkSync(join(real, '.bin'), join(mine, '.bin'))
  mkdirSync(join(mine, '@safechaos'))
  for (const name of readdirSync(join(real, '@safechaos'))) symlinkSync(join(copy, 'packages', name), join(mine, '@safechaos', name))
  symlinkSync(join(copy, 'packages/cli'), join(mine, 'safechaos'))
}

function inCopy(program: string, ...words: readonly string[]) {
  return spawnSync(process.execPath, [join(copy, program), ...words], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') },
  })
}

test('a new fault is one file and one line: it is planned, runs, lands, and everything is put back', () => {
  expect(file).toMatch(/process-abort\.ts$/)
  writeFileSync(join(copy, file), source)
  const before = readFileSync(join(copy, CATALOGUE), 'utf8')
  const lastImport = before.lastIndexOf('\n', before.indexOf('\n\n')) + 1
  const withImport = `${before.slice(0, lastImport)}${importLine}${before.slice(lastImport)}`
  writeFileSync(join(copy, CATALOGUE), withImport.replace('export const FAULTS = [', `export const FAULTS = [\n${entry}`))

  expect(inCopy('node_modules/typescript/bin/tsc', '-p', '.')).toMatchObject({ status: 0, stdout: '' })
  expect(inCopy('scripts/build.ts')).toMatchObject({ status: 0, stdout: '', stderr: '' })
  const promises = ['packages/core/src/faults/catalogue.test.ts', 'packages/core/src/plan/rings.prop.test.ts']
  const tested = inCopy('node_modules/vitest/vitest.mjs', 'run', ...promises)
  expect(tested.status, tested.stdout).toBe(0)
  expect(tested.stdout).toContain('2 passed')

  const lab = join(folder, 'lab')
  for (const name of [...original.keys()].filter((path) => path.startsWith('examples/hello/stacks/'))) {
    mkdirSync(join(lab, 'stacks'), { recursive: true })
    copyFileSync(join(copy, name), join(lab, name.replace('examples/hello/', '')))
  }
  const chartered = join(lab, 'charters/abort.yaml')
  mkdirSync(dirname(chartered))
  // Quicker than the page's, and green also on a machine that is busy with other tests.
  const hurry = 'ramp: { steps: [100%], hold: 500ms }\nbaseline: 500ms\nrecovery: 5s\n'
  writeFileSync(chartered, `${charter.replace('/ }', '/pay }').replace('/, rate', '/pay, rate').replace('"> 5%"', '"> 60%"')}${hurry}`)

  const planned = inCopy('packages/cli/bin/safechaos.js', 'plan', chartered)
  expect(planned).toMatchObject({ status: 0, stderr: '' })
  expect(planned.stdout).toContain('abort the main process of worker')
  const ran = inCopy('packages/cli/bin/safechaos.js', 'run', chartered, '--json')
  const end = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as { readonly verdict: Verdict }
  expect(end.verdict, ran.stdout.slice(-2000)).toMatchObject({
    exit: 0,
    hypothesis: { state: 'held' },
    effect: { state: 'landed' },
    rollback: { state: 'clean' },
  })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
})

test('no other file is changed or made, and nothing else of the catalogue', () => {
  const made = readdirSync(copy, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(copy, join(entry.parentPath, entry.name)))
    .filter((name) => !/^node_modules\/|^packages\/cli\/dist\//.test(name))
  expect(made.filter((name) => original.get(name)?.equals(readFileSync(join(copy, name))) !== true).sort()).toEqual([CATALOGUE, file].sort())
  const before = new Set(original.get(CATALOGUE)?.toString('utf8').split('\n'))
  const fresh = readFileSync(join(copy, CATALOGUE), 'utf8')
    .split('\n')
    .filter((line) => line.includes('processAbort') && !before.has(line))
  expect(fresh).toEqual([importLine.trimEnd(), entry.trimEnd()])
})
