import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildIfStale } from '../../scripts/build.ts'

const ROOT = join(import.meta.dirname, '../..')
const ENTRY = join(ROOT, 'packages/cli/bin/safechaos.js')

let folder: string
beforeEach(() => {
  buildIfStale()
  folder = mkdtempSync(join(tmpdir(), 'safechaos-entry-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A Node below 22.18 that is on the path of this machine, outside of our own `node_modules`. */
function oldNode(): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.includes('node_modules'))
  return [...places, '/usr/bin', '/usr/local/bin']
    .map((place) => join(place, 'node'))
    .find(
      (node) => existsSync(node) && Number(spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout.slice(1).split('.')[0]) < 22,
    )
}

const start = (node: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}, entry = ENTRY) =>
  spawnSync(node, [entry, ...words], {
    encoding: 'utf8',
    timeout: 60_000,
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, XDG_STATE_HOME: join(folder, 'state'), ...environment },
  })

/** The parts of a checkout that the entry looks at, with `dist` of its own; the rest is this checkout's by links. */
function smallCheckout(): string {
  const root = join(folder, 'checkout')
  mkdirSync(join(root, 'packages'), { recursive: true })
  for (const name of ['scripts', 'node_modules', 'tsdown.config.ts', 'package-lock.json', 'package.json', 'tsconfig.json', 'tsconfig.base.json'])
    symlinkSync(join(ROOT, name), join(root, name))
  for (const name of readdirSync(join(ROOT, 'packages')))
    cpSync(join(ROOT, 'packages', name), join(root, 'packages', name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('/dist'),
    })
  rmSync(join(root, 'scripts'))
  cpSync(join(ROOT, 'scripts'), join(root, 'scripts'), { recursive: true })
  return root
}

describe('the entry under an old Node', () => {
  const node = oldNode()
  const missing = 'no Node below 22 is on the path of this machine; with one at /usr/bin/node this test runs'
  test('goes on with the Node that the checkout pins, and hands exit code and output through', (context) => {
    if (node === undefined) return context.skip(missing)
    const help = start(node, ['--help'])
    expect(help).toMatchObject({ status: 0, stderr: '' })
    expect(help.stdout).toContain('Usage: safechaos')
    const wrong = start(node, ['rnu', '--json'])
    expect(wrong).toMatchObject({ status: 64, stderr: '' })
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { exit: 64 } })
  })
  test('outside of a checkout it says in one line which Node it needs', (context) => {
    if (node === undefined) return context.skip(missing)
    cpSync(join(ROOT, 'packages/cli/bin'), join(folder, 'package/bin'), { recursive: true, filter: (path) => !path.endsWith('checkout.js') })
    const said = start(node, ['--help'], {}, join(folder, 'package/bin/safechaos.js'))
    expect(said.status).toBe(3)
    expect(said.stderr).toMatch(/^safechaos needs Node\.js 22\.18 or newer; this is \d+\.\d+\.\d+\.\n$/)
  })
  test('passes a signal on and ends as the real program ends', async (context) => {
    if (node === undefined) return context.skip(missing)
    const lab = join(folder, 'lab')
    mkdirSync(join(lab, '.safechaos/runs/waiting'), { recursive: true })
    const child = spawn(node, [ENTRY, 'watch'], {
      cwd: lab,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: '/usr/bin:/bin', HOME: folder, XDG_STATE_HOME: join(folder, 'state') },
    })
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
    const inner = await eventuallySome(() => childrenOf(child.pid ?? 0))
    child.kill('SIGTERM')
    expect(await ended).toBe('SIGTERM')
    expect(inner.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
  })
})

const childrenOf = (pid: number): string[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)

async function eventuallySome(look: () => string[]): Promise<string[]> {
  for (const end = Date.now() + 20_000; ; await new Promise((done) => setTimeout(done, 20))) {
    const found = look()
    if (found.length > 0) return found
    if (Date.now() > end) throw new Error('the launcher started nothing')
  }
}

describe('the compile cache', () => {
  const cacheOf = (home: string): string => join(home, '.cache/safechaos/compiled')
  test('lies in the cache folder of the user', () => {
    expect(start(process.execPath, ['--version']).status).toBe(0)
    expect(existsSync(cacheOf(folder))).toBe(true)
  })
  test.each(['/proc/self/cache', '/sys/cache', 'relative', '/proc/../proc/x'])('is never made below %s, and the command works', (place) => {
    const from = performance.now()
    expect(start(process.execPath, ['--version'], { NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: place }).status).toBe(0)
    expect(performance.now() - from).toBeLessThan(20_000)
  })
  test('a home that cannot be had is no reason to fail', () => {
    expect(start(process.execPath, ['--version'], { HOME: '/proc/self/nowhere' }).status).toBe(0)
  })
})

describe('bundles of a checkout', () => {
  test('are made when they are missing, left alone when nothing changed, and made again when a source did', { timeout: 120_000 }, () => {
    const root = smallCheckout()
    const entry = join(root, 'packages/cli/bin/safechaos.js')
    const dist = join(root, 'packages/cli/dist')
    const made = () => readFileSync(join(dist, 'made-from'), 'utf8')
    expect(start(process.execPath, ['--version'], {}, entry)).toMatchObject({ status: 0, stderr: '' })
    const first = made()
    expect(start(process.execPath, ['--version'], {}, entry).status).toBe(0)
    expect(made()).toBe(first)
    const later = new Date(Date.now() + 5000)
    utimesSync(join(root, 'packages/cli/src/main.ts'), later, later)
    expect(start(process.execPath, ['--version'], {}, entry).status).toBe(0)
    expect(made()).not.toBe(first)
  })

  test('survive several builders at once: each start works, and no half-made folder is left', { timeout: 120_000 }, async () => {
    const root = smallCheckout()
    const entry = join(root, 'packages/cli/bin/safechaos.js')
    const starts = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, [entry, '--version'], { stdio: 'ignore', env: { PATH: '/usr/bin:/bin', HOME: folder } })
      return new Promise((resolve) => child.once('exit', resolve))
    })
    expect(await Promise.all(starts)).toEqual([0, 0, 0, 0])
    expect(readdirSync(join(root, 'packages/cli/dist')).filter((name) => name.startsWith('new-') || name === 'building')).toEqual([])
  })

  test('that cannot be made end with 3 and what the bundler said, on standard error alone', { timeout: 120_000 }, () => {
    const root = smallCheckout()
    writeFileSync(join(root, 'packages/cli/src/main.ts'), 'this is no program (')
    const said = start(process.execPath, ['--version'], {}, join(root, 'packages/cli/bin/safechaos.js'))
    expect(said).toMatchObject({ status: 3, stdout: '' })
    expect(said.stderr).toContain('could not be made')
  })

  test('`npm ci` without development dependencies makes nothing and says nothing', () => {
    const root = smallCheckout()
    rmSync(join(root, 'node_modules'))
    const prepared = spawnSync(oldNode() ?? process.execPath, [join(root, 'scripts/prepare.js')], { encoding: 'utf8', timeout: 60_000 })
    expect(prepared).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(existsSync(join(root, 'packages/cli/dist'))).toBe(false)
  })
})
