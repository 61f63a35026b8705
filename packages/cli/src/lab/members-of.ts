import { join } from 'node:path'
import { type Member, readJson, runFolder } from '@safechaos/agent'
import { foldRun } from '@safechaos/core'
import { readRecords } from '@safechaos/engine'
import type { KnownRun } from './known-runs.ts'

/** A replica as it is shown. */
export type ShownMember = Pick<Member, 'id' | 'state' | 'restarts' | 'address'>

/** The replicas of a run: the agent of an `up` writes them down twice a second; a run has them in its ledger. None if it never came so far. */
export function membersOf({ detached, stateDir, run, runDir }: KnownRun): readonly ShownMember[] {
  if (detached) return readJson<readonly Member[]>(runFolder(stateDir, run).members) ?? []
  const { services } = foldRun(runDir === undefined ? [] : readRecords(join(runDir, 'ledger.db')))
  return Object.entries(services).map(([id, { state, restarts }]) => ({ id, state, restarts, address: '' }))
}
