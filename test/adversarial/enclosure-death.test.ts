import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EnclosureIdentity } from '@safechaos/containments'
import { describe, expect, test } from 'vitest'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { eventually, processesOfRun } from '../support/outside.ts'

const HOLDER = fileURLToPath(new URL('../support/hold-enclosure.ts', import.meta.url))
/** 100 ms on a machine of its own; these tests share theirs. */
const GONE_WITHIN_MS = 1500

describe.each(['bubblewrap', 'unshare'])('an enclosure made by %s', (how) => {
  if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }
  test.each(['the agent', 'the wrapper around it', 'the init'])(
    'ends whole when %s is killed',
    async (whom) => {
      const folder = mkdtempSync(join(tmpdir(), 'safechaos-death-'))
      const run = `death-${process.pid}-${Date.now()}`
      const agent = spawn(process.execPath, [HOLDER, how, run, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        const [line] = (await once(agent.stdout.setEncoding('utf8'), 'data')) as [string]
        const identity = JSON.parse(line) as EnclosureIdentity
        const left = (): number[] => processesOfRun(run, identity.pidNamespace).filter((pid) => pid !== agent.pid)
        expect(left().length).toBeGreaterThan(12)
        const wrapper = parentOf(parentOf(identity.initPid))
        const began = performance.now()
        process.kill({ 'the agent': agent.pid ?? 0, 'the wrapper around it': wrapper, 'the init': identity.initPid }[whom] ?? 0, 'SIGKILL')
        const gone = await eventually(() => left().length === 0, GONE_WITHIN_MS)
        process.stdout.write(`${how}, ${whom} killed: gone after ${Math.round(performance.now() - began)} ms\n`)
        expect(gone, `left: ${left().join(', ')}`).toBe(true)
      } finally {
        agent.kill('SIGKILL')
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
      }
    },
    30_000,
  )
})

const parentOf = (pid: number): number => Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
