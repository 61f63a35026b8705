import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EnclosureIdentity } from '@safechaos/containments'
import { processesOfRun } from './outside.ts'

const HELPER = fileURLToPath(new URL('launch-and-wait.ts', import.meta.url))

/** A process that stands in for the agent: it holds an enclosure with a paused service, and may be killed or stopped. */
export interface StandIn extends Disposable {
  readonly child: ChildProcess
  readonly run: string
  readonly identity: EnclosureIdentity
  readonly left: () => number[]
}

export async function standIn(name: string, deafAfterMs = 30_000): Promise<StandIn> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-helper-'))
  const run = `helper-${process.pid}-${Date.now()}`
  const child = spawn(process.execPath, [HELPER, name, run, folder, String(deafAfterMs)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const { identity } = JSON.parse(line) as { identity: EnclosureIdentity }
  const ownNamespace = name !== 'process'
  const left = (): number[] => processesOfRun(run, ownNamespace ? identity.pidNamespace : undefined).filter((pid) => pid !== child.pid)
  return {
    child,
    run,
    identity,
    left,
    [Symbol.dispose]: () => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
