import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessId } from '@safechaos/agent'
import type { EnclosureIdentity } from '@safechaos/containments'
import { bootId } from './own-process.ts'

export const newStateFolder = (): string => mkdtempSync(join(tmpdir(), 'safechaos-left-'))

/** Writes what an agent leaves that opened an enclosure and took the environment `dev`: its own file, what it owes, and its lock. */
export function leaveBehind(stateDir: string, run: string, agent: ProcessId, identity: Partial<EnclosureIdentity> = {}): void {
  const work = join(stateDir, 'runs', run, 'work')
  for (const folder of [work, join(stateDir, 'owed'), join(stateDir, 'locks')]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const write = (name: string, content: object): void => writeFileSync(join(stateDir, name), JSON.stringify(content), { mode: 0o600 })
  const base = { run, agent, bootId: bootId(), containment: 'sandbox' }
  const whole = { containment: 'sandbox', run, bootId: bootId(), initPid: 0, initStart: '', pidNamespace: '', workDir: work, ...identity }
  write(`runs/${run}/agent.json`, { ...base, labDir: stateDir, detached: false, startedAt: 0 })
  write(`owed/${run}.0.json`, { ...base, version: 1, kind: 'enclosure', at: 0, workDir: work, identity: whole })
  write('locks/dev.json', { state: 'held', environment: 'dev', run, epoch: 1, agent, bootId: bootId(), owed: [] })
}
