import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadStack } from './load-stack.ts'

let folder: string
let labDir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-stack-'))
  labDir = join(folder, 'lab')
  mkdirSync(join(labDir, 'stacks/one/data'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const load = (...lines: readonly string[]) => {
  const file = join(labDir, 'stacks/one/compose.yaml')
  writeFileSync(file, ['services:', '  api:', '    command: node server.js', ...lines, ''].join('\n'))
  return loadStack(file, labDir)
}

test('a volume over the lab or the program that runs everything is refused at its line and column', () => {
  for (const target of [labDir, folder, join(labDir, 'stacks/one'), dirname(process.execPath)]) {
    const read = load('    volumes:', `      - "./data:${target}"`)
    expect(read.ok ? [] : read.problems, target).toMatchObject([
      { code: 'SC_STACK', message: expect.stringContaining('belongs to the enclosure'), where: { line: 5, column: 9 } },
    ])
  }
  expect(load('    volumes:', '      - "./data:/srv/data"').ok).toBe(true)
})

test('an .env of the lab that is a link out of it is not read: a host’s secrets would become variables of a service', () => {
  writeFileSync(join(folder, 'credentials'), 'TOKEN=of-the-host\n')
  symlinkSync('../credentials', join(labDir, '.env'))
  const read = load('    environment: { T: "${TOKEN}" }')
  expect(read).toMatchObject({ ok: false, problems: [{ code: 'SC_STACK', message: expect.stringContaining('leads out of the lab') }] })
  expect(JSON.stringify(read)).not.toContain('of-the-host')
})

test('an .env that is a link inside the lab is read', () => {
  writeFileSync(join(labDir, 'dev.env'), 'TOKEN=own\n')
  symlinkSync('dev.env', join(labDir, '.env'))
  const read = load('    environment: { T: "${TOKEN}" }')
  expect(read.ok && read.loaded.stack.services[0]?.environment).toEqual({ T: 'own' })
})
