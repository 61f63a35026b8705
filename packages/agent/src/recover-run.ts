import { type EndCause, SafechaosError } from '@safechaos/core'
import { Chain, readChain } from './chain.ts'
import { writeDurablySync } from './durable.ts'
import { listLocks } from './lock-file.ts'
import { markUnclean, releaseEnvironment } from './locks.ts'
import { withMutex } from './mutex.ts'
import { endRemains, type Left, removeWorkDir, residueOutside } from './outside.ts'
import { listOwed, type Owed, type OwedAct, type OwedEnclosure, type OwedFile, OwedRecords } from './owed.ts'
import { assertOwnFolder, assertOwnState } from './own-files.ts'
import type { WrittenProcess } from './process-identity.ts'
import { type EndedFile, readAgentFile, readEndedFile, runFolder } from './run-folder.ts'
import { fateOfRun } from './run-fate.ts'

/** What became of one run that its agent left behind. */
export interface RecoveredRun {
  readonly run: string
  /** Acts that were owed. */
  readonly acts: readonly string[]
  /** In words, what could not be put back, or could not be looked at; empty: everything is back. */
  readonly stuck: readonly string[]
  readonly cause: EndCause
}

const GONE_MS = 5000

/**
 * Puts in order what one dead run owes; nothing if its agent lives or may live, or if it owes nothing and its end is written. One at a time
 * on this machine. Throws SC_STATE, SC_BUSY.
 */
export async function recoverRun(stateDir: string, run: string): Promise<readonly RecoveredRun[]> {
  assertOwnState(stateDir)
  assertOwnFolder(runFolder(stateDir, run).folder)
  return await withMutex(stateDir, run, async () => {
    const owed = listOwed(stateDir).filter((file) => file.run === run)
    if (fateOfRun(stateDir, run) !== 'dead') return []
    if (owed.length === 0 && (readEndedFile(stateDir, run) !== undefined || readAgentFile(stateDir, run) === undefined)) return []
    return [await settle(stateDir, run, owed)]
  })
}

async function settle(stateDir: string, run: string, files: readonly OwedFile[]): Promise<RecoveredRun> {
  const owed = files.flatMap((file) => file.owed ?? [])
  const written = writtenBy(stateDir, run, owed)
  const acts = owed.filter((one): one is OwedAct => one.kind !== 'enclosure')
  const unreadable = files.flatMap(({ name, owed: record }) => (record === undefined ? [`what owed/${name} says: it cannot be read`] : []))
  const stuck = [...(await endEnclosure(stateDir, run, owed, written)), ...unreadable]
  const cause = await writeChain(stateDir, run, acts, stuck)
  const environments = environmentsOf(stateDir, run, acts)
  if (stuck.length > 0) {
    for (const environment of environments) await markUnclean(stateDir, environment, { run, agent: written.agent, bootId: written.bootId }, stuck)
  } else {
    const records = new OwedRecords(stateDir, run)
    await records.remove(files.map(({ name }) => Number(name.slice(run.length + 1, -'.json'.length))))
    await records.removeDrafts()
    for (const environment of environments) await releaseEnvironment(stateDir, environment, run)
  }
  writeEnded(stateDir, { run, cause: cause.cause, detail: cause.detail, by: 'recovery', stuck, at: Date.now() })
  return { run, acts: acts.map(({ act }) => act), stuck, cause: cause.cause }
}

/**
 * Everything that a run did lives inside its enclosure, so its end is the undo of whatever is owed: with the kernel objects gone (another
 * boot, another init) there is nothing to act on, and only looking is left. Returns in words what is still there or was not seen.
 */
async function endEnclosure(stateDir: string, run: string, owed: readonly Owed[], { agent, bootId }: WrittenProcess): Promise<string[]> {
  const enclosure = owed.find((one): one is OwedEnclosure => one.kind === 'enclosure')
  const left: Left = {
    run,
    bootId,
    identity: enclosure?.identity ?? owed.find((one): one is OwedAct => one.kind !== 'enclosure')?.identity,
    workDir: runFolder(stateDir, run).work,
    agent,
    spare: [],
  }
  const seen = await endRemains(left, GONE_MS)
  try {
    await removeWorkDir(stateDir, left.workDir)
  } catch (error) {
    console.error((error as Error).message)
  }
  const { found, notSeen } = residueOutside(left, seen)
  return [...found.map(({ what }) => what), ...notSeen.map((what) => `not seen: ${what}`)]
}

/** Says in the run's own chain how it ended. A disk that refuses it does not stop the recovery. */
async function writeChain(
  stateDir: string,
  run: string,
  acts: readonly OwedAct[],
  stuck: readonly string[],
): Promise<Pick<EndedFile, 'cause' | 'detail'>> {
  const file = runFolder(stateDir, run).chain
  const known = readChain(file).links.flatMap(({ body }) => ('cause' in body ? [body] : []))[0]
  const cause = known ?? ({ cause: 'agent-lost', detail: 'the agent died; what it owed was put in order after it' } as const)
  try {
    const chain = new Chain(file, () => undefined)
    const all = known === undefined ? [chain.append(cause, Date.now())] : []
    for (const { act, stage, target } of acts) {
      const told = { act, stage, target }
      if (stuck.length > 0) all.push(chain.append({ act: { ...told, what: 'stuck', detail: stuck.join('; ') } }, Date.now()))
      else {
        all.push(chain.append({ act: { ...told, what: 'undone', detail: 'ended with its enclosure' } }, Date.now()))
        all.push(chain.append({ act: { ...told, what: 'verified', detail: 'looked at from outside: nothing of the enclosure is left' } }, Date.now()))
      }
    }
    await Promise.all(all)
    await chain.close()
  } catch (error) {
    console.error((error as Error).message)
  }
  return cause
}

function writeEnded(stateDir: string, ended: EndedFile): void {
  try {
    if (readAgentFile(stateDir, ended.run) === undefined || readEndedFile(stateDir, ended.run) !== undefined) return
    writeDurablySync(runFolder(stateDir, ended.run).ended, `${JSON.stringify(ended)}\n`)
  } catch (error) {
    console.error((error as Error).message)
  }
}

const environmentsOf = (stateDir: string, run: string, acts: readonly OwedAct[]): string[] => [
  ...new Set([
    ...acts.map(({ environment }) => environment).filter((name) => name !== ''),
    ...listLocks(stateDir).flatMap((lock) => (lock.run === run ? [lock.environment] : [])),
  ]),
]

/** The agent of a run that is known to be dead: something names it. */
function writtenBy(stateDir: string, run: string, owed: readonly Owed[]): WrittenProcess {
  const written = owed[0] ?? readAgentFile(stateDir, run) ?? listLocks(stateDir).find((lock) => lock.run === run)
  if (written === undefined) throw new SafechaosError({ code: 'SC_STATE', message: `nothing readable names the agent of ${run} any more` })
  return written
}
