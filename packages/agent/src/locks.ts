import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SafechaosError } from '@safechaos/core'
import { makeFolder, writeDurablySync } from './durable.ts'
import { readLock, removeLock, UNKNOWN_RUN, writeLock } from './lock-file.ts'
import { withMutex } from './mutex.ts'
import { listOwed, type OwedFile } from './owed.ts'
import { assertOwnState } from './own-files.ts'
import { bootId, fateOf, type ProcessId, type WrittenProcess } from './process-identity.ts'

export interface Holder {
  readonly run: string
  readonly agent: ProcessId
}

const MUTEX = 'locks'

/**
 * Makes this run the only one of the environment and counts the epoch up, both on disk when it returns. Throws SC_UNCLEAN while
 * something is still owed there, SC_BUSY while another run lives there or may live there, SC_STATE.
 */
export async function takeEnvironment(stateDir: string, environment: string, holder: Holder): Promise<number> {
  assertOwnState(stateDir)
  return await withMutex(stateDir, MUTEX, async () => {
    const before = readLock(stateDir, environment)
    if (before?.state === 'unclean') throw unclean(environment, before.run, before.owed)
    if (before !== undefined && before.run !== holder.run && fateOf(before) !== 'dead') throw busy(environment, before)
    const owed = owedIn(stateDir, environment, before?.run).filter(({ run }) => run !== holder.run)
    if (owed.length > 0)
      throw unclean(
        environment,
        owed[0]?.run ?? UNKNOWN_RUN,
        owed.map(({ name }) => name),
      )
    const epoch = readEpoch(stateDir) + 1
    makeFolder(stateDir)
    writeDurablySync(join(stateDir, 'epoch'), `${epoch}\n`)
    writeLock(stateDir, { state: 'held', environment, ...holder, epoch, bootId: bootId(), owed: [] })
    return epoch
  })
}

/** Records, sound or not, of a run that held the environment, or of acts in it. */
export const owedIn = (stateDir: string, environment: string, holder: string | undefined): OwedFile[] =>
  listOwed(stateDir).filter(
    ({ run, owed }) => (run !== undefined && run === holder) || (owed !== undefined && owed.kind !== 'enclosure' && owed.environment === environment),
  )

const unclean = (environment: string, run: string, owed: readonly string[]): SafechaosError =>
  new SafechaosError({
    code: 'SC_UNCLEAN',
    message: `the environment ${environment} is locked: run ${run} could not put back ${owed.join(', ') || 'everything'}`,
  })

const busy = (environment: string, { run, agent, bootId: boot }: Holder & WrittenProcess): SafechaosError =>
  fateOf({ agent, bootId: boot }) === 'alive'
    ? new SafechaosError({ code: 'SC_BUSY', message: `run ${run} holds the environment ${environment} (agent ${agent.pid})` })
    : new SafechaosError({
        code: 'SC_BUSY',
        message: `run ${run} holds the environment ${environment} from another PID namespace: whether it lives cannot be told from here`,
        hint: 'run `safechaos recover` where that run was started; it tells what to do if that place is gone',
      })

/** True while no other run, nor a person, has taken the environment from this one. An agent of an older epoch finds false and acts no more. */
export function holdsEnvironment(stateDir: string, environment: string, run: string, epoch: number): boolean {
  const lock = readLock(stateDir, environment)
  return lock?.state === 'held' && lock.run === run && lock.epoch === epoch
}

/**
 * Locks the environment until a person runs `safechaos recover`. A lock that another run holds is left to it: what is owed by this one
 * keeps the environment from whoever comes next.
 */
export async function markUnclean(stateDir: string, environment: string, holder: Holder & WrittenProcess, owed: readonly string[]): Promise<void> {
  await withMutex(stateDir, MUTEX, async () => {
    const before = readLock(stateDir, environment)
    if (before?.state === 'held' && before.run !== holder.run && fateOf(before) !== 'dead') return
    const all = before?.state === 'unclean' ? [...new Set([...before.owed, ...owed])] : owed
    const { run, agent, bootId: boot } = holder
    writeLock(stateDir, { state: 'unclean', environment, run, agent, bootId: boot, epoch: before?.epoch ?? 0, owed: all })
  })
}

/** Gives the environment back if this run holds it; `clear` also lifts an UNCLEAN of this run, on a person's word. */
export async function releaseEnvironment(stateDir: string, environment: string, run: string, clear = false): Promise<boolean> {
  return await withMutex(stateDir, MUTEX, async () => {
    const lock = readLock(stateDir, environment)
    if (lock?.run !== run || (lock.state === 'unclean' && !clear)) return false
    removeLock(stateDir, environment)
    return true
  })
}

function readEpoch(stateDir: string): number {
  try {
    const epoch = Number(readFileSync(join(stateDir, 'epoch'), 'utf8'))
    return Number.isSafeInteger(epoch) ? epoch : Date.now()
  } catch {
    return 0
  }
}
