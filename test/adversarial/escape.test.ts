import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import type { Escape } from './escape-attempt.ts'

const ATTEMPT = fileURLToPath(new URL('escape-attempt.ts', import.meta.url))
/** Nobody's: no account, no files. */
const THROW_AWAY = 47_113
const WITHIN_MS = 50_000

const isRoot = process.getuid?.() === 0
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Runs the attempt in a process of its own, as root stays out of it when `asPlainUser`. */
function attempt(how: string, asPlainUser: boolean): Escape {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-escape-as-'))
  chmodSync(folder, 0o777)
  folders.push(folder)
  const become = asPlainUser && isRoot ? ['setpriv', `--reuid=${THROW_AWAY}`, `--regid=${THROW_AWAY}`, '--clear-groups', '--'] : []
  const [file, ...args] = [...become, process.execPath, ATTEMPT, how]
  const { status, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    timeout: WITHIN_MS,
    env: { PATH: process.env.PATH ?? '', TMPDIR: folder, HOME: folder },
  })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as Escape
}

const reachable = (path: string): boolean => {
  if (!isRoot) return true
  return spawnSync('setpriv', [`--reuid=${THROW_AWAY}`, `--regid=${THROW_AWAY}`, '--clear-groups', '--', 'test', '-r', path]).status === 0
}

const ways = ['bubblewrap', 'unshare'].flatMap((how) =>
  [true, ...(isRoot ? [false] : [])].map((plain) => ({ how, plain, who: plain ? 'a plain user' : 'root' })),
)

describe.each(ways)('a hostile service in the sandbox made by $how for $who (case 31)', ({ how, plain }) => {
  if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }
  if (plain && !reachable(ATTEMPT)) {
    test('as a plain user', (context) =>
      context.skip('this checkout cannot be read by a plain user. Enable it with: move it to a folder that others may enter'))
    return
  }
  let escape: Escape | undefined
  beforeAll(() => {
    escape = attempt(how, plain)
  }, 60_000)
  const seen = (): Escape => {
    if (escape === undefined) throw new Error('the attempt did not come back')
    return escape
  }

  test('reaches no process outside: no signal, no memory, no trace, not even a name', () => {
    const { signalled, booty, how: used } = seen()
    expect(used).toBe(how)
    expect({ signalled, signal: booty.signal, memory: booty.memory }).toEqual({ signalled: false, signal: 'ESRCH', memory: 'ENOENT' })
    expect(booty.traced).not.toBe('0')
    expect(booty.processes).toHaveLength(2)
  })

  test('reads no secret of the host, and of /proc no more than its own environment', () => {
    const { booty, secret } = seen()
    const [canary, shadow, throughRoot, wrapper, agent] = booty.secrets
    expect([canary, shadow, agent]).toEqual(['ENOENT', 'ENOENT', 'ENOENT'])
    expect(throughRoot).toMatch(/^E[A-Z]+$/)
    expect(wrapper === 'EACCES' || wrapper?.includes('SAFECHAOS_RUN=escape-')).toBe(true)
    expect(JSON.stringify(booty.secrets)).not.toContain(secret)
    expect(JSON.stringify(booty.secrets)).not.toContain('root:')
  })

  test('writes nothing outside, and nothing that another service relies on', () => {
    const { booty, written } = seen()
    expect(written).toEqual([])
    expect(booty.writes.filter((result) => !/^E[A-Z]+$/.test(result))).toEqual([])
  })

  test('opens no socket of the host, and reaches no service on another network', () => {
    const { booty, connected } = seen()
    expect(connected).toBe(false)
    expect(booty.knocks.filter((result) => result === 'connected')).toEqual([])
    expect(booty.knocks[1]).toBe('EHOSTUNREACH')
  })

  test('holds no capability, gains none, and changes neither mounts, network nor limits', () => {
    const { booty } = seen()
    expect(booty.capabilities).toMatch(/^0+$/)
    expect(Object.entries(booty.tools).filter(([, status]) => status === 0)).toEqual([])
  })

  test('fills no more than its own share', () => {
    const { tmp, stack } = seen().booty.filled
    expect({ tmp: tmp?.stoppedBy, stack: stack?.stoppedBy }).toEqual({ tmp: 'ENOSPC', stack: 'ENOSPC' })
  })

  test('ends neither the init nor another service, however many processes it starts', () => {
    const { victim, initAnswers, booty } = seen()
    expect(victim).toEqual({ before: victim.before, after: victim.before, restarts: 0 })
    expect(victim.before).toBeGreaterThan(0)
    expect(initAnswers).toBe(true)
    expect(booty.bombed).toBeGreaterThan(0)
  })

  test('is gone with everything it started when the enclosure closes', () => {
    const { leftAfterClose, workFolderLeft } = seen()
    expect({ leftAfterClose, workFolderLeft }).toEqual({ leftAfterClose: [], workFolderLeft: false })
  })
})
