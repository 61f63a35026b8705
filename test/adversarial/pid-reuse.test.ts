import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROUNDS = process.argv.includes('--full') || process.env.SAFECHAOS_FULL === '1' ? 10_000 : 300
const PROGRAM = fileURLToPath(new URL('reuse-pids.ts', import.meta.url))
const INSIDE = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc']

const tried = spawnSync('unshare', [...INSIDE, '--', 'sh', '-c', 'echo 100 > /proc/sys/kernel/ns_last_pid'], { encoding: 'utf8', timeout: 5000 })

test('a stranger that took over the pid of a target is never hit (case 19)', (context) => {
  if (tried.status !== 0) {
    context.skip(
      `a forced reuse of pids needs a user namespace (${tried.stderr.trim()}). Enable it with: sysctl -w kernel.unprivileged_userns_clone=1`,
    )
  }
  const { stdout, stderr, status } = spawnSync('unshare', [...INSIDE, '--', process.execPath, PROGRAM, String(ROUNDS)], {
    encoding: 'utf8',
    timeout: 580_000,
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const result = JSON.parse(stdout) as { reused: number; strangersHit: number; wronglyClaimed: number }
  expect(result.reused).toBeGreaterThan(ROUNDS * 0.9)
  expect(result).toMatchObject({ strangersHit: 0, wronglyClaimed: 0 })
}, 600_000)
