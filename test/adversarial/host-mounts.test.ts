import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { buildIfStale } from '../../scripts/build.ts'
import type { HostMounts } from './host-mounts-attempt.ts'

const ATTEMPT = fileURLToPath(new URL('host-mounts-attempt.ts', import.meta.url))
const WITHIN_MS = 50_000

describe.each(['bubblewrap', 'unshare'])('what the host mounts below the lab, in the sandbox made by %s', (how) => {
  test('is read-only if it was there before, and never arrives afterwards (case 31)', (context) => {
    if (how === 'bubblewrap' && findTool('bwrap') === undefined)
      context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh')
    if (process.getuid?.() !== 0) context.skip('only root can mount as the host does. Enable it with: run the tests as root')
    buildIfStale()
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-mounts-'))
    chmodSync(folder, 0o755)
    try {
      const { status, stdout, stderr } = spawnSync('unshare', ['--mount', '--propagation', 'private', '--', process.execPath, ATTEMPT, how], {
        encoding: 'utf8',
        timeout: WITHIN_MS,
        env: { PATH: process.env.PATH ?? '', TMPDIR: folder, HOME: folder },
      })
      expect(status, stderr).toBe(0)
      const { seen, ...rest } = JSON.parse(stdout) as HostMounts
      expect(rest).toEqual({ how, writtenOutside: false })
      expect(seen).toEqual({ early: 'of the host', earlyWrite: 'EROFS', late: 'ENOENT', lateWrite: 'EROFS', weak: [] })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
