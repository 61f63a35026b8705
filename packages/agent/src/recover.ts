import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Residue } from '@safechaos/core'
import { listLocks, unreadableLocks } from './lock-file.ts'
import { owedIn, releaseEnvironment } from './locks.ts'
import { listOwed } from './owed.ts'
import { assertOwnState, namesIn } from './own-files.ts'
import { type RecoveredRun, recoverRun } from './recover-run.ts'
import { fateOfRun, type RunFate } from './run-fate.ts'
import { isRunId, readAgentFile, runFolder } from './run-folder.ts'

export interface RecoverReport {
  readonly runs: readonly RecoveredRun[]
  /** Runs whose agents live: theirs is theirs. */
  readonly live: readonly string[]
  /** Runs that may live elsewhere (in another PID namespace): left alone, and what they owe or hold is still owed and held. */
  readonly unknown: readonly string[]
  /** Files that could not be understood, as paths in the state folder; a person must look at them. */
  readonly unreadable: readonly string[]
  /** The same as a residue: what could not be put back, and what could not be read. */
  readonly residue: Residue
  /** Environments that are free again. */
  readonly freed: readonly string[]
  /** Environments that stay locked. */
  readonly locked: readonly string[]
}

/**
 * Puts in order whatever dead agents of this lab still owe. Idempotent, and safe beside living agents and the reaper. `clear` is a
 * person's word: environments of runs of which nothing is owed any more are unlocked. Everything that stays owed is in the report.
 * Throws SC_STATE for a state folder that others may have written to.
 */
export async function recoverLab(stateDir: string, { clear }: { readonly clear: boolean } = { clear: false }): Promise<RecoverReport> {
  assertOwnState(stateDir)
  const unended = unendedRuns(stateDir)
  const fates = fatesOf(stateDir, unended)
  const named = (fate: RunFate): string[] => [...fates].flatMap(([run, is]) => (is === fate ? [run] : []))
  const runs: RecoveredRun[] = []
  for (const run of named('dead')) runs.push(...(await tryRun(stateDir, run)))
  const freed = await freeLocks(stateDir, fates, clear)
  const unreadable = unreadableFiles(stateDir, unended)
  return {
    runs,
    live: named('alive'),
    unknown: named('unknown'),
    unreadable,
    residue: {
      found: runs.flatMap(({ run, stuck }) => stuck.map((what) => ({ key: run, what }))),
      notSeen: [...unreadable.map((name) => `what ${name} says`), ...named('unknown').map((run) => `whether the agent of ${run} lives`)],
      looked: ['owed records of dead agents, and what their enclosures left'],
    },
    freed,
    locked: listLocks(stateDir).flatMap((lock) => (lock.state === 'unclean' || fates.get(lock.run) === 'unknown' ? [lock.environment] : [])),
  }
}

/** Every run that owes something, holds something, or whose end nobody has written. */
function fatesOf(stateDir: string, unended: readonly string[]): ReadonlyMap<string, RunFate> {
  const named = [...listOwed(stateDir).flatMap(({ run }) => run ?? []), ...unended, ...listLocks(stateDir).map(({ run }) => run)]
  return new Map(named.filter(isRunId).map((run) => [run, fateOfRun(stateDir, run)]))
}

/** What goes wrong with one run does not keep the others from being put in order; it is that run's own, and owed still. */
async function tryRun(stateDir: string, run: string): Promise<readonly RecoveredRun[]> {
  try {
    return await recoverRun(stateDir, run)
  } catch (error) {
    return [{ run, acts: [], stuck: [`everything: ${(error as Error).message}`], cause: 'agent-lost' }]
  }
}

/** Environments are free again once nothing is owed there. Whose a lock is that cannot be read nobody knows: it stays while anything is owed. */
async function freeLocks(stateDir: string, fates: ReadonlyMap<string, RunFate>, clear: boolean): Promise<string[]> {
  const freed: string[] = []
  for (const { run, environment } of listLocks(stateDir)) {
    const isOurs = isRunId(run) ? fates.get(run) === 'dead' && owedIn(stateDir, environment, run).length === 0 : listOwed(stateDir).length === 0
    try {
      if (isOurs && (await releaseEnvironment(stateDir, environment, run, clear))) freed.push(environment)
    } catch (error) {
      console.error((error as Error).message)
    }
  }
  return freed
}

function unreadableFiles(stateDir: string, unended: readonly string[]): string[] {
  return [
    ...listOwed(stateDir).flatMap(({ name, owed }) => (owed === undefined ? [`owed/${name}`] : [])),
    ...unreadableLocks(stateDir).map((name) => `locks/${name}`),
    ...unended.flatMap((run) => (readAgentFile(stateDir, run) === undefined ? [`runs/${run}/agent.json`] : [])),
  ]
}

/** Runs whose end nobody has written, and that have begun: the controller makes the folder before its agent has said anything. */
function unendedRuns(stateDir: string): string[] {
  return namesIn(join(stateDir, 'runs')).filter((run) => {
    if (!isRunId(run)) return false
    const { ended, agentJson } = runFolder(stateDir, run)
    return !existsSync(ended) && existsSync(agentJson)
  })
}
