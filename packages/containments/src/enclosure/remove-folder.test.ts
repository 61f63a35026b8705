import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder } from './remove-folder.ts'

let base: string
let folder: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'safechaos-remove-'))
  folder = join(base, 'work')
  mkdirSync(folder)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const DIG = `const { mkdirSync } = require('node:fs')
for (let depth = 0; depth < 300; depth++) { mkdirSync('d'.repeat(100)); process.chdir('d'.repeat(100)) }`

test('a tree that is deeper than any path is long goes whole', async () => {
  expect(spawnSync(process.execPath, ['-e', DIG], { cwd: folder, encoding: 'utf8', timeout: 20_000 })).toMatchObject({ status: 0, stderr: '' })
  await removeFolder(folder)
  expect(existsSync(folder)).toBe(false)
})

test('folders that nobody may enter go too', async () => {
  const closed = join(folder, 'closed')
  mkdirSync(closed)
  writeFileSync(join(closed, 'file'), '')
  chmodSync(closed, 0)
  await removeFolder(folder)
  expect(existsSync(folder)).toBe(false)
})

test('what a link in it names stays, and a folder that is not there is no error', async () => {
  writeFileSync(join(base, 'precious'), 'x')
  symlinkSync(base, join(folder, 'link'))
  await removeFolder(folder)
  expect([existsSync(folder), existsSync(join(base, 'precious'))]).toEqual([false, true])
  await removeFolder(folder)
})

test('what cannot be removed is an error that says so', async () => {
  await expect(removeFolder('/proc/self')).rejects.toThrow('cannot be removed')
})
