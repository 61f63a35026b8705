import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EndCause, Residue } from '@safechaos/core'
import { Chain, readChain } from './chain.ts'
import { writeDurablySync } from './durable.ts'
import { listLocks, markUnclean, releaseEnvironment } from './locks.ts'
import { withMutex } from './mutex.ts'
import { endRemains, type Left, removeWorkDir, residueOutside } from './outside.ts'
import { listOwed, type Owed, type OwedAct, type OwedEnclosure, type OwedFile, OwedRecords } from './owed.ts'
import { bootId, isAlive } from './process-identity.ts'
import { type EndedFile, readAgentFile, readEndedFile, runFolder } from './run-folder.ts'

/** What became of one run that its agent left behind. */
export interface RecoveredRun {
  readonly run: string
  /** Acts that were owed. */
  readonly acts: readonly string[]
  /** In words, what could not be put back; empty: everything is. */
  readonly stuck: readonly string[]
  readonly cause: EndCause
}

export interface RecoverReport {
  readonly runs: readonly RecoveredRun[]
  /** Runs whose agents live: theirs is theirs. */
  readonly live: readonly string[]
  /** Owed records that could not be understood, by file name; a person must look at them. */
  readonly unreadable: readonly string[]
  /** The same as a residue: what could not be put back, and what could not be read. */
  readonly residue: Residue
  /** Environments that are free again. */
  readonly freed: readonly string[]
  /** Environments that stay locked. */
  readonly locked: readonly string[]
}

const GONE_MS = 5000

/**
 * Puts in order whatever dead agents of this lab still owe. Idempotent, and safe beside living agents and the reaper. `clear` is a
 * person's word: environments of runs of which nothing is owed any more are unlocked. Everything that stays owed is in the report.
 */
export async function recoverLab(stateDir: string, { clear }: { readonly clear: boolean } = { clear: false }): Promise<RecoverReport> {
  const owed = listOwed(stateDir)
  const names = new Set([...owed.flatMap((file) => file.owed?.run ?? []), ...unendedRuns(stateDir), ...listLocks(stateDir).map(({ run }) => run)])
  const live = [...names].filter((run) => isRunLive(stateDir, run, owed))
  const runs: RecoveredRun[] = []
  for (const run of names) if (!live.includes(run)) runs.push(...((await recoverRun(stateDir, run)) ?? []))
  const before = listLocks(stateDir)
  const freed: string[] = []
  for (const lock of before) {
    if (live.includes(lock.run) || listOwed(stateDir).some((file) => file.owed?.run === lock.run)) continue
    if (await releaseEnvironment(stateDir, lock.environment, lock.run, clear)) freed.push(lock.environment)
  }
  const unreadable = owed.filter((file) => file.owed === undefined).map(({ name }) => name)
  return {
    runs,
    live,
    unreadable,
    residue: {
      found: runs.flatMap(({ run, stuck }) => stuck.map((what) => ({ key: run, what }))),
      notSeen: unreadable.map((name) => `what ${name} owes`),
      looked: ['owed records of dead agents, and what their enclosures left'],
    },
    freed,
    locked: listLocks(stateDir).flatMap((lock) => (lock.state === 'unclean' ? [lock.environment] : [])),
  }
}

/** The same for one run; nothing if its agent lives, or if it owes nothing and its end is written. One at a time on this machine. */
export async function recoverRun(stateDir: string, run: string): Promise<readonly RecoveredRun[]> {
  return await withMutex(`the recovery of ${run} in ${stateDir}`, async () => {
    const files = listOwed(stateDir)
    const owed = files.filter((file) => file.owed?.run === run)
    if (isRunLive(stateDir, run, files)) return []
    if (owed.length === 0 && readEndedFile(stateDir, run) !== undefined) return []
    if (owed.length === 0 && readAgentFile(stateDir, run) === undefined) return []
    return [await settle(stateDir, run, owed)]
  })
}

async function settle(stateDir: string, run: string, files: readonly OwedFile[]): Promise<RecoveredRun> {
  const owed = files.flatMap((file) => file.owed ?? [])
  const acts = owed.filter((one): one is OwedAct => one.kind !== 'enclosure')
  const stuck = await endEnclosure(stateDir, run, owed)
  const cause = await writeChain(stateDir, run, acts, stuck)
  const environments = environmentsOf(stateDir, run, acts)
  if (stuck.length > 0) {
    for (const environment of environments) markUnclean(stateDir, environment, { run, agent: agentOf(owed) }, stuck)
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
 * boot, another init) there is nothing to act on, and only looking is left. Returns in words what is still there.
 */
async function endEnclosure(stateDir: string, run: string, owed: readonly Owed[]): Promise<string[]> {
  const enclosure = owed.find((one): one is OwedEnclosure => one.kind === 'enclosure')
  const agentFile = readAgentFile(stateDir, run)
  const left: Left = {
    run,
    bootId: owed[0]?.bootId ?? agentFile?.bootId ?? bootId(),
    identity: enclosure?.identity ?? owed.find((one): one is OwedAct => one.kind !== 'enclosure')?.identity,
    workDir: enclosure?.workDir ?? runFolder(stateDir, run).work,
    agent: owed[0]?.agent ?? agentFile?.agent,
    spare: [],
  }
  await endRemains(left, GONE_MS)
  try {
    await removeWorkDir(stateDir, left.workDir)
  } catch (error) {
    console.error((error as Error).message)
  }
  return residueOutside(left).found.map(({ what }) => what)
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

const agentOf = (owed: readonly Owed[]): Owed['agent'] => owed[0]?.agent ?? { pid: 0, start: '' }

/** A run is live while any agent that is named for it is: by its own file, or by a record of what it owes. */
function isRunLive(stateDir: string, run: string, owed: readonly OwedFile[]): boolean {
  const named = [readAgentFile(stateDir, run), ...owed.flatMap((file) => (file.owed?.run === run ? [file.owed] : []))]
  return named.some((one) => one !== undefined && one.bootId === bootId() && isAlive(one.agent))
}

/** Runs of dead agents whose end nobody has written. */
function unendedRuns(stateDir: string): string[] {
  try {
    return readdirSync(join(stateDir, 'runs')).filter((run) => !existsSync(runFolder(stateDir, run).ended))
  } catch {
    return []
  }
}
