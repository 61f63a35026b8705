import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findTool, systemTool } from '../../packages/containments/src/sandbox/tools.ts'
import { buildIfStale } from '../../scripts/build.ts'
import { CALLS, KEY, type SessionKeys } from './session-keys-attempt.ts'

const ATTEMPT = fileURLToPath(new URL('session-keys-attempt.ts', import.meta.url))
const WITHIN_MS = 50_000
/** Joins a session of its own, puts a key into it and becomes the command. */
const WITH_KEY = `my ($keyctl, $add, $name) = splice(@ARGV, 0, 3);
my ($type, $secret) = ("user", "swordfish");
die "no session: $!" if syscall(0 + $keyctl, 1, 0) < 0;
die "no key: $!" if syscall(0 + $add, $type, $name, $secret, 9, -3) < 0;
exec @ARGV`

describe.each(['bubblewrap', 'unshare'] as const)('keys of the session that a run was started from, in a sandbox made by %s', (how) => {
  test('are neither named nor found where there is a filter of system calls, and said to be in reach where there is none (case 31)', (context) => {
    if (how === 'bubblewrap' && findTool('bwrap') === undefined)
      context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh')
    const calls = CALLS[process.arch]
    if (findTool('perl') === undefined || calls === undefined) context.skip('system calls are made by perl. Enable it with: apt-get install perl')
    buildIfStale()
    const args = ['-e', WITH_KEY, ...(calls ?? []).map(String), KEY, process.execPath, ATTEMPT, how]
    const { status, stdout, stderr } = spawnSync(systemTool('perl'), args, { encoding: 'utf8', timeout: WITHIN_MS })
    if (stderr.includes('no session') || stderr.includes('no key')) context.skip(`this kernel keeps no keys: ${stderr}`)
    expect(status, stderr).toBe(0)
    const { said, wall, ...rest } = JSON.parse(stdout) as SessionKeys
    expect(rest).toEqual({ how })
    expect(said).toEqual(expect.arrayContaining(['list: nothing', 'inet: made']))
    if (how === 'bubblewrap') {
      expect(said).toEqual(expect.arrayContaining(['search: 1', 'vsock: 1']))
      expect(wall).toMatchObject({ held: 'held' })
    } else {
      expect(said).toContain('search: found')
      expect(wall).toMatchObject({ held: 'not tried' })
    }
  })
})
