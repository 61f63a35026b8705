import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { behindDrop, dropFor, otherUser } from './drop-root.ts'

const isRoot = process.getuid?.() === 0
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-drop-'))
  for (const name of ['lab', 'work']) mkdirSync(join(folder, name), { mode: 0o755 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const paths = () => ({ node: '/usr/bin/env', script: '/usr/bin/env', labDir: join(folder, 'lab'), workDir: join(folder, 'work') })

describe('a lab run by root', () => {
  beforeEach((context) => {
    if (!isRoot) context.skip('only root can become another user. Enable it with: run the tests as root')
  })

  test('becomes a user that is not root, who owns the working folder', () => {
    chmodSync(folder, 0o755)
    const { spawnAs, stage } = dropFor(paths())
    expect(stage).toBeUndefined()
    expect(spawnAs.uid).toBe(otherUser().uid)
    expect(statSync(join(folder, 'work')).uid).toBe(otherUser().uid)
  })

  test('shows what lies behind a closed folder in a mount namespace of its own, before root is given up', () => {
    const drop = dropFor(paths())
    expect(drop.spawnAs).toEqual({})
    expect(drop.sources.lab).toEqual({ inside: join(folder, 'lab'), outside: '/sys/0' })
    const argv = behindDrop(drop, ['bwrap'])
    expect(argv.slice(0, 2)).toEqual(['unshare', '--mount'])
    expect(argv.slice(argv.indexOf('setpriv'))).toEqual([
      'setpriv',
      `--reuid=${otherUser().uid}`,
      `--regid=${otherUser().gid}`,
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--',
      'bwrap',
    ])
  })

  test('is refused when the other user could not read the lab', () => {
    chmodSync(join(folder, 'lab'), 0o700)
    expect(() => dropFor(paths())).toThrow(/cannot read .*lab/)
  })
})

test('a lab run by a plain user stays that user', (context) => {
  if (isRoot) context.skip('root always becomes another user. Enable it with: run the tests as a plain user')
  expect(dropFor(paths())).toMatchObject({ spawnAs: {}, stage: undefined })
})
