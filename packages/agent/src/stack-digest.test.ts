import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Stack } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeStack } from '../../../test/support/fake-run.ts'
import { changedSince, type SeenFiles, stackDigest } from './stack-digest.ts'

let lab: string
let stackDir: string
beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'safechaos-digest-'))
  stackDir = join(lab, 'stacks/s')
  for (const name of ['stacks/s/main.js', 'shared/lib/app.js', 'approvals/a.json', '.env']) write(name, 'approved')
})
afterEach(() => rmSync(lab, { recursive: true, force: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(lab, name)), { recursive: true })
  writeFileSync(join(lab, name), text)
}
const running = (command: readonly string[], environment: Readonly<Record<string, string>> = {}): Stack => ({
  ...fakeStack,
  services: fakeStack.services.map((service) => ({ ...service, command, environment })),
})
function seen(stack = fakeStack): { readonly digest: string; readonly files: SeenFiles } {
  const made = stackDigest(stack, stackDir, lab)
  if (!made.ok) throw new Error(made.problem.message)
  return made
}

describe('the digest of a stack', () => {
  test.each([
    ['through a link to a file of the lab', 'shared/lib/app.js', running(['node', 'app.js'])],
    ['through a link to a folder of the lab', 'shared/lib/app.js', running(['node', 'lib/app.js'])],
    ['in the text of a shell', 'shared/lib/app.js', running(['sh', '-c', 'exec node ../../shared/lib/app.js'])],
    ['in an option', 'shared/lib/app.js', running(['node', '--import=../../shared/lib/app.js', 'main.js'])],
    ['in a variable', 'shared/lib/app.js', running(['node', 'main.js'], { NODE_OPTIONS: '--require ../../shared/lib/app.js' })],
    ['in a .git of the stack', 'stacks/s/.git/app.js', running(['node', '.git/app.js'])],
    ['in a .safechaos of the stack', 'stacks/s/.safechaos/app.js', running(['node', '.safechaos/app.js'])],
    ['in a cache of packages', 'node_modules/.cache/app.js', running(['node', '../../node_modules/.cache/app.js'])],
  ])('covers a program that is named %s', (_, file, stack) => {
    symlinkSync('../../shared/lib/app.js', join(stackDir, 'app.js'))
    symlinkSync('../../shared/lib', join(stackDir, 'lib'))
    write(file, 'approved')
    const { digest } = seen(stack)
    write(file, 'exchanged')
    expect(seen(stack).digest).not.toBe(digest)
  })

  test('covers the place of the stack, what may be executed, and where links lead', () => {
    const first = seen().digest
    expect(stackDigest(fakeStack, join(lab, 'shared'), lab)).not.toMatchObject({ digest: first })
    chmodSync(join(stackDir, 'main.js'), 0o755)
    const second = seen().digest
    symlinkSync('main.js', join(stackDir, 'link'))
    const third = seen().digest
    rmSync(join(stackDir, 'link'))
    symlinkSync('../../shared/lib/app.js', join(stackDir, 'link'))
    expect(new Set([first, second, third, seen().digest]).size).toBe(4)
  })

  test('is the same after a change of what services do not see, and where the lab is moved to', () => {
    const { digest } = seen()
    for (const name of ['.git/index', '.safechaos/runs/r/report.html', '.env', 'approvals/a.json', 'charters/other.yaml']) write(name, 'changed')
    expect(seen().digest).toBe(digest)
    renameSync(lab, `${lab}-moved`)
    lab = `${lab}-moved`
    stackDir = join(lab, 'stacks/s')
    expect(seen().digest).toBe(digest)
  })

  test.each(['.git/s', 'approvals', 'charters'])('is refused for a stack in %s, which no service sees', (folder) => {
    mkdirSync(join(lab, folder), { recursive: true })
    expect(stackDigest(fakeStack, join(lab, folder), lab)).toMatchObject({ ok: false, problem: { code: 'SC_STACK' } })
    const into = {
      ...fakeStack,
      services: fakeStack.services.map((one) => ({ ...one, volumes: [{ source: folder, target: '/data', readOnly: true }] })),
    }
    expect(stackDigest(into, lab, lab)).toMatchObject({ ok: false, problem: { code: 'SC_STACK' } })
  })

  test.each([
    ['a file outside of the lab', '/tmp/elsewhere.js', 'outside of the lab'],
    ['a place outside of the lab that is not there yet', '../../../elsewhere.js', 'outside of the lab'],
    ['what services are not shown', '../../.git/app.js', 'is not shown to services'],
  ])('is refused for a link to %s', (_, target, why) => {
    symlinkSync(target, join(stackDir, 'link'))
    expect(stackDigest(fakeStack, stackDir, lab)).toMatchObject({
      ok: false,
      problem: { code: 'SC_STACK', message: expect.stringContaining(why) as string },
    })
  })

  test('is made with links to programs of the system, and with links that lead nowhere in the lab', () => {
    symlinkSync('/usr/bin/env', join(stackDir, 'env'))
    symlinkSync('nowhere', join(stackDir, 'nowhere'))
    expect(seen().digest).toMatch(/^[0-9a-f]{64}$/)
  })

  test('is refused for a pipe, by which anything could come in', () => {
    execFileSync('mkfifo', [join(lab, 'shared/pipe')])
    expect(stackDigest(fakeStack, stackDir, lab)).toMatchObject({
      ok: false,
      problem: { code: 'SC_STACK', message: expect.stringContaining('shared/pipe') as string },
    })
  })

  test('is refused for a lab that is too big to be hashed, with its limits', () => {
    write('shared/big', '')
    truncateSync(join(lab, 'shared/big'), 513 * 1024 * 1024)
    expect(stackDigest(fakeStack, stackDir, lab)).toMatchObject({
      ok: false,
      problem: { code: 'SC_LIMIT', message: expect.stringContaining('512 MiB') as string },
    })
  })

  test('is refused for a file that cannot be read', () => {
    const missing = stackDigest(fakeStack, stackDir, join(lab, 'missing'))
    expect(missing).toMatchObject({ ok: false, problem: { code: 'SC_FILE' } })
  })
})

describe('the files of a run', () => {
  test('that nobody touched are the same', () => {
    const { files } = seen()
    write('.safechaos/runs/r/samples.jsonl', '{}')
    expect(changedSince(files, lab)).toEqual([])
  })

  test('are named when they were edited, exchanged, removed or added', () => {
    const { files } = seen()
    write('stacks/s/main.js', 'edited!!')
    write('shared/lib/new.js', 'new')
    rmSync(join(lab, 'shared/lib/app.js'))
    expect(changedSince(files, lab)).toEqual(['shared/lib/app.js', 'shared/lib/new.js', 'stacks/s/main.js'])
  })

  test('are named when they were edited and put back before anybody looked', async () => {
    const { files } = seen()
    // The kernel dates a change by its tick.
    await new Promise((done) => setTimeout(done, 20))
    write('shared/lib/app.js', 'exchanged')
    write('shared/lib/app.js', 'approved')
    expect(changedSince(files, lab)).toEqual(['shared/lib/app.js'])
  })
})
