import { readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SafechaosError } from '@safechaos/core'
import { makeFolder, writeDurablySync } from './durable.ts'
import { withMutex } from './mutex.ts'
import { listOwed } from './owed.ts'
import { bootId, isAlive, type ProcessId } from './process-identity.ts'

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

export interface Holder {
  readonly run: string
  readonly agent: ProcessId
}

const folderOf = (stateDir: string): string => join(stateDir, 'locks')
const fileOf = (stateDir: string, environment: string): string => join(folderOf(stateDir), `${encodeURIComponent(environment)}.json`)
const mutexOf = (stateDir: string): string => `the locks of ${stateDir}`

/**
 * Makes this run the only one of the environment and counts the epoch up, both on disk when it returns. Throws SC_UNCLEAN while
 * something is still owed there, SC_BUSY while another run lives there.
 */
export async function takeEnvironment(stateDir: string, environment: string, holder: Holder): Promise<number> {
  return await withMutex(mutexOf(stateDir), async () => {
    const before = readLock(stateDir, environment)
    if (before?.state === 'unclean') throw unclean(environment, before.run, before.owed)
    if (before !== undefined && before.run !== holder.run) {
      if (before.bootId === bootId() && isAlive(before.agent)) {
        throw new SafechaosError({ code: 'SC_BUSY', message: `run ${before.run} holds the environment ${environment} (agent ${before.agent.pid})` })
      }
      const owed = listOwed(stateDir).filter((file) => file.owed?.run === before.run)
      if (owed.length > 0)
        throw unclean(
          environment,
          before.run,
          owed.map((file) => file.name),
        )
    }
    const epoch = readEpoch(stateDir) + 1
    makeFolder(folderOf(stateDir))
    writeDurablySync(join(stateDir, 'epoch'), `${epoch}\n`)
    write(stateDir, { state: 'held', environment, ...holder, epoch, bootId: bootId(), owed: [] })
    return epoch
  })
}

const unclean = (environment: string, run: string, owed: readonly string[]): SafechaosError =>
  new SafechaosError({
    code: 'SC_UNCLEAN',
    message: `the environment ${environment} is locked: run ${run} could not put back ${owed.join(', ') || 'everything'}`,
  })

/** True while no other run, nor a person, has taken the environment from this one. An agent of an older epoch finds false and acts no more. */
export function holdsEnvironment(stateDir: string, environment: string, run: string, epoch: number): boolean {
  const lock = readLock(stateDir, environment)
  return lock?.state === 'held' && lock.run === run && lock.epoch === epoch
}

/** Locks the environment until a person runs `safechaos recover`. */
export function markUnclean(stateDir: string, environment: string, holder: Holder, owed: readonly string[]): void {
  makeFolder(folderOf(stateDir))
  const before = readLock(stateDir, environment)
  const all = before?.state === 'unclean' ? [...new Set([...before.owed, ...owed])] : owed
  write(stateDir, { state: 'unclean', environment, ...holder, epoch: before?.epoch ?? 0, bootId: bootId(), owed: all })
}

/** Gives the environment back if this run holds it; `clear` also lifts an UNCLEAN of this run, on a person's word. */
export async function releaseEnvironment(stateDir: string, environment: string, run: string, clear = false): Promise<boolean> {
  return await withMutex(mutexOf(stateDir), async () => {
    const lock = readLock(stateDir, environment)
    if (lock?.run !== run || (lock.state === 'unclean' && !clear)) return false
    unlinkSync(fileOf(stateDir, environment))
    return true
  })
}

/** Every lock there is. A file that cannot be understood counts as unclean: nothing starts over it. */
export function listLocks(stateDir: string): EnvironmentLock[] {
  let names: string[]
  try {
    names = readdirSync(folderOf(stateDir)).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
  return names.flatMap((name) => readLock(stateDir, decodeURIComponent(name.slice(0, -'.json'.length))) ?? [])
}

function readLock(stateDir: string, environment: string): EnvironmentLock | undefined {
  let text: string
  try {
    text = readFileSync(fileOf(stateDir, environment), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as EnvironmentLock
  } catch {
    const owed = [`the lock file of ${environment}, which cannot be read`]
    return { state: 'unclean', environment, run: 'unknown', epoch: 0, agent: { pid: 0, start: '' }, bootId: '', owed }
  }
}

function readEpoch(stateDir: string): number {
  try {
    const epoch = Number(readFileSync(join(stateDir, 'epoch'), 'utf8'))
    return Number.isSafeInteger(epoch) ? epoch : Date.now()
  } catch {
    return 0
  }
}

function write(stateDir: string, lock: EnvironmentLock): void {
  writeDurablySync(fileOf(stateDir, lock.environment), `${JSON.stringify(lock)}\n`)
}
