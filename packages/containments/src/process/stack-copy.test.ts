import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StackCopy } from './stack-copy.ts'

let folder: string
const TOOL = (argv: readonly string[]) => ({ argv, cwd: '/', environment: { PATH: '/usr/bin:/bin' } })
let labDir: string
let stackDir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-copy-'))
  labDir = join(folder, 'lab')
  stackDir = join(labDir, 'stacks/weak')
  for (const path of ['.git', 'shared', 'stacks/repaired', 'stacks/weak/node_modules', 'stacks/weak/data'])
    mkdirSync(join(labDir, path), { recursive: true })
  writeFileSync(join(labDir, 'shared/a.js'), 'shared')
  writeFileSync(join(stackDir, 'server.js'), 'one')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the copy is private, and relative paths out of it mean what they mean in the lab', async () => {
  const copy = new StackCopy(labDir, stackDir, join(folder, 'work'), TOOL)
  await copy.make()
  writeFileSync(join(copy.stackDir, 'server.js'), 'changed')
  expect(readFileSync(join(stackDir, 'server.js'), 'utf8')).toBe('one')
  expect(readFileSync(join(copy.stackDir, '../../shared/a.js'), 'utf8')).toBe('shared')
  expect(existsSync(join(copy.stackDir, '../repaired'))).toBe(true)
  expect(lstatSync(join(copy.stackDir, 'node_modules')).isSymbolicLink()).toBe(true)
  expect(existsSync(join(copy.stackDir, '../../.git'))).toBe(false)
})

test('a snapshot can be restored more than once', async () => {
  const copy = new StackCopy(labDir, stackDir, join(folder, 'work'), TOOL)
  await copy.make()
  await copy.snapshot()
  for (let time = 0; time < 2; time += 1) {
    writeFileSync(join(copy.stackDir, 'server.js'), 'changed')
    writeFileSync(join(copy.stackDir, 'data/new'), 'new')
    await copy.restore()
    expect(readFileSync(join(copy.stackDir, 'server.js'), 'utf8')).toBe('one')
    expect(existsSync(join(copy.stackDir, 'data/new'))).toBe(false)
  }
})

test('a restore removes also what resists: folders that may not be written to, and paths too long to be named', async () => {
  const copy = new StackCopy(labDir, stackDir, join(folder, 'work'), TOOL)
  await copy.make()
  await copy.snapshot()
  const script = 'mkdir shut; touch shut/file; chmod 555 shut; d=$(printf "%0200d" 0); for n in $(seq 30); do mkdir $d && cd -P $d || exit 1; done'
  expect(spawnSync('sh', ['-c', script], { cwd: copy.stackDir }).status).toBe(0)
  await copy.restore()
  expect(readdirSync(copy.stackDir).sort()).toEqual(readdirSync(stackDir).sort())
})

test('a stack folder that is the lab itself is copied without its evidence', async () => {
  mkdirSync(join(labDir, '.safechaos'))
  const copy = new StackCopy(labDir, labDir, join(folder, 'work'), TOOL)
  await copy.make()
  expect(existsSync(join(copy.stackDir, 'stacks/weak/server.js'))).toBe(true)
  expect(existsSync(join(copy.stackDir, '.safechaos'))).toBe(false)
})

test('a stack outside the lab is refused', () => {
  expect(() => new StackCopy(labDir, join(folder, 'elsewhere'), join(folder, 'work'), TOOL)).toThrow(/not inside the lab/)
})

test('a stack folder with more names than one command line can hold is copied whole, by several', async () => {
  for (let index = 0; index < 600; index += 1) writeFileSync(join(stackDir, `${'a'.repeat(200)}-${index}`), '')
  const bytes: number[] = []
  const counting = (argv: readonly string[]) => {
    bytes.push(Buffer.byteLength(argv.join(' ')))
    return TOOL(argv)
  }
  const copy = new StackCopy(labDir, stackDir, join(folder, 'work'), counting)
  await copy.make()
  expect(readdirSync(copy.stackDir).sort()).toEqual(readdirSync(stackDir).sort())
  // The least that any kernel takes, environment included.
  expect(Math.max(...bytes)).toBeLessThan(100 * 1024)
})
