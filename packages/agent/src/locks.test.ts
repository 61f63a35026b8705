import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SafechaosError } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listLocks } from './lock-file.ts'
import { holdsEnvironment, markUnclean, releaseEnvironment, takeEnvironment } from './locks.ts'
import { bootId, ownId } from './process-identity.ts'
import { recoverLab } from './recover.ts'

const dead = { pid: process.pid, start: '1' }

describe('the lock of an environment', () => {
  let stateDir: string
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'safechaos-locks-'))
  })
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

  test('of twelve who race for it, one wins', async () => {
    const runs = Array.from({ length: 12 }, (_, index) => `run${index}`)
    const ends = await Promise.allSettled(runs.map((run) => takeEnvironment(stateDir, 'dev', { run, agent: ownId() })))
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [(end.reason as SafechaosError).code] : []))
    expect(new Set(reasons)).toEqual(new Set(['SC_BUSY']))
  })

  test('is taken over from a run whose agent is dead and which owes nothing; the older epoch holds it no more', async () => {
    const first = await takeEnvironment(stateDir, 'dev', { run: 'old', agent: dead })
    const second = await takeEnvironment(stateDir, 'dev', { run: 'new', agent: ownId() })
    expect(second).toBe(first + 1)
    expect(holdsEnvironment(stateDir, 'dev', 'old', first)).toBe(false)
    expect(holdsEnvironment(stateDir, 'dev', 'new', second)).toBe(true)
    expect(await releaseEnvironment(stateDir, 'dev', 'old')).toBe(false)
  })

  test('is not taken over from a dead run that still owes something', async () => {
    await takeEnvironment(stateDir, 'dev', { run: 'old', agent: dead })
    mkdirSync(join(stateDir, 'owed'))
    writeFileSync(join(stateDir, 'owed', 'old.1.json'), JSON.stringify({ version: 1, run: 'old', agent: dead, bootId: '', kind: 'act' }))
    await expect(takeEnvironment(stateDir, 'dev', { run: 'new', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
  })

  test('stays unclean until a person clears it', async () => {
    await takeEnvironment(stateDir, 'dev', { run: 'bad', agent: dead })
    await markUnclean(stateDir, 'dev', { run: 'bad', agent: dead, bootId: bootId() }, ['sc_bad_1'])
    await expect(takeEnvironment(stateDir, 'dev', { run: 'new', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
    expect((await recoverLab(stateDir)).locked).toEqual(['dev'])
    expect(await recoverLab(stateDir, { clear: true })).toMatchObject({ freed: ['dev'], locked: [] })
    await takeEnvironment(stateDir, 'dev', { run: 'new', agent: ownId() })
  })

  test('a file that nobody can read is not taken for nothing', async () => {
    mkdirSync(join(stateDir, 'locks'))
    writeFileSync(join(stateDir, 'locks', 'dev.json'), '{"state":')
    await expect(takeEnvironment(stateDir, 'dev', { run: 'new', agent: ownId() })).rejects.toMatchObject({ code: 'SC_UNCLEAN' })
    expect(listLocks(stateDir)).toMatchObject([{ state: 'unclean' }])
  })

  test('an environment name cannot leave the folder', async () => {
    await takeEnvironment(stateDir, '../../x', { run: 'r', agent: ownId() })
    expect(readFileSync(join(stateDir, 'locks', '..%2F..%2Fx.json'), 'utf8')).toContain('"run":"r"')
  })
})
