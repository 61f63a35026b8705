import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, writeDurablySync } from './durable.ts'
import { namesIn, readOwnJson } from './own-files.ts'
import type { ProcessId } from './process-identity.ts'
import { isRunId } from './run-folder.ts'
import { isCount, isProcessId, isText, membersOf } from './shape.ts'

/** What lies in `locks/<environment>.json`. */
export interface EnvironmentLock {
  readonly state: 'held' | 'unclean'
  readonly environment: string
  readonly run: string
  readonly epoch: number
  readonly agent: ProcessId
  readonly bootId: string
  /** For `unclean`: what could not be put back. */
  readonly owed: readonly string[]
}

/** Stands for the run in a lock that cannot be read; no run can be called so. */
export const UNKNOWN_RUN = '(unknown)'

const folderOf = (stateDir: string): string => join(stateDir, 'locks')
const namesOf = (stateDir: string): string[] => namesIn(folderOf(stateDir)).filter((name) => name.endsWith('.json'))
const nameOf = (environment: string): string => `${encodeURIComponent(environment)}.json`

/** Every lock there is. A file that cannot be understood counts as unclean: nothing starts over it. */
export function listLocks(stateDir: string): EnvironmentLock[] {
  return namesOf(stateDir).flatMap((name) => readLock(stateDir, environmentOf(name), name) ?? [])
}

/** Names of lock files that no person's word lifts, since nobody knows what they say or whose they are. */
export function unreadableLocks(stateDir: string): string[] {
  return namesOf(stateDir).filter((name) => readLock(stateDir, environmentOf(name), name)?.run === UNKNOWN_RUN)
}

export function readLock(stateDir: string, environment: string, name = nameOf(environment)): EnvironmentLock | undefined {
  try {
    const lock = readOwnJson(join(folderOf(stateDir), name))
    if (isLockOf(environment, lock) && name === nameOf(environment)) return lock
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  }
  const owed = [`the lock file ${name}, which cannot be read`]
  return { state: 'unclean', environment, run: UNKNOWN_RUN, epoch: 0, agent: { pid: 0, start: '' }, bootId: '', owed }
}

export function writeLock(stateDir: string, lock: EnvironmentLock): void {
  makeFolder(folderOf(stateDir))
  writeDurablySync(join(folderOf(stateDir), nameOf(lock.environment)), `${JSON.stringify(lock)}\n`)
}

export function removeLock(stateDir: string, environment: string): void {
  unlinkSync(join(folderOf(stateDir), nameOf(environment)))
}

/** The environment that a file is named after; for a name that is not ours, the name itself. */
function environmentOf(name: string): string {
  const bare = name.slice(0, -'.json'.length)
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

function isLockOf(environment: string, value: unknown): value is EnvironmentLock {
  const lock = membersOf(value)
  const isState = lock?.state === 'held' || lock?.state === 'unclean'
  return (
    isState &&
    lock.environment === environment &&
    isText(lock.run) &&
    isRunId(lock.run) &&
    isCount(lock.epoch) &&
    isProcessId(lock.agent) &&
    isText(lock.bootId) &&
    Array.isArray(lock.owed) &&
    lock.owed.every(isText)
  )
}
