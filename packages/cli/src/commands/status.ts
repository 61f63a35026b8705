import { join } from 'node:path'
import { type EnvironmentLock, listLocks, listOwed, readJson } from '@safechaos/agent'
import { counted, type DigestedPlan } from '@safechaos/core'
import type { Act } from '../call.ts'
import { finishDead } from '../lab/finish-dead.ts'
import { allLabs, type KnownRun, knownLabs, knownRuns } from '../lab/known-runs.ts'
import { lastVerdict } from '../lab/last-verdict.ts'
import type { Output, Paint } from '../output/output.ts'
import { clipped, tableText } from '../output/table.ts'
import { clockText } from '../output/words.ts'

interface RunStatus {
  readonly run: string
  readonly charter: string | undefined
  readonly lab: string
  readonly live: boolean
  readonly up: boolean
  readonly containment: string | undefined
  readonly startedAt: string
  readonly exit: number | undefined
  readonly verdict: string | undefined
  readonly endedBy: string | undefined
}

interface Status {
  readonly runs: readonly RunStatus[]
  readonly locked: readonly EnvironmentLock[]
  /** What runs in the other labs of this machine, which an abort reaches from here too. */
  readonly elsewhere: readonly RunStatus[]
  /** Owed records of runs that no longer live, by file name. */
  readonly owed: readonly string[]
}

const SHOWN = 8

/** What runs, what ran, and what is owed. Exit 5 while an environment is locked or something is owed by a run that is gone. */
export const act: Act = async ({ output, cwd, environment }) => {
  const labs = knownLabs(cwd, environment)
  const runs = knownRuns(labs)
  await finishDead(runs)
  const live = new Set(runs.filter((run) => run.live).map(({ run }) => run))
  const status: Status = {
    runs: runs.map(statusOf).filter(isAskedFor),
    elsewhere: knownRuns(allLabs(environment).filter(({ stateDir }) => !labs.some((lab) => lab.stateDir === stateDir)))
      .filter((run) => run.live)
      .map(statusOf),
    locked: labs.flatMap(({ stateDir }) => listLocks(stateDir)).filter(({ state }) => state === 'unclean'),
    owed: labs
      .flatMap(({ stateDir }) => listOwed(stateDir))
      .filter(({ owed }) => owed === undefined || !live.has(owed.run))
      .map(({ name }) => name),
  }
  output.give(status)
  output.say(statusText(status, output, Date.now()))
  return status.locked.length > 0 || status.owed.length > 0 ? 5 : 0
}

function statusOf({ run, labDir, live, detached, containment, startedAt, ended, runDir }: KnownRun): RunStatus {
  const verdict = runDir === undefined ? undefined : lastVerdict(runDir)
  const charter = runDir === undefined ? undefined : readJson<DigestedPlan>(join(runDir, 'plan.json'))?.plan.charter.name
  const endedBy = verdict?.endedBy ?? ended?.cause
  return {
    run,
    charter,
    lab: labDir,
    live,
    up: detached,
    containment,
    startedAt: new Date(startedAt).toISOString(),
    exit: verdict?.exit,
    verdict: verdict?.sentence,
    endedBy,
  }
}

/** An agent that was started for nothing (a wrong charter, walls that did not stand) is no run that anybody asks for, nor is an `up` that is over. */
const isAskedFor = ({ live, up, charter }: RunStatus): boolean => live || (!up && charter !== undefined)

function statusText({ runs, elsewhere, locked, owed }: Status, { paint, width }: Pick<Output, 'paint' | 'width'>, now: number): string {
  const live = runs.filter((run) => run.live)
  const past = runs.filter((run) => !run.live).slice(-SHOWN)
  const blocks = [
    ...locked.map(
      (lock) =>
        `${paint.red(`the environment ${lock.environment} is locked`)}: run ${lock.run} could not put back ${lock.owed.join(', ')}. Next: safechaos recover`,
    ),
    ...(owed.length === 0 ? [] : [`${paint.red(`${counted(owed.length, 'undo')} still owed`)} by runs that are gone. Next: safechaos recover`]),
    ...(live.length === 0
      ? [elsewhere.length === 0 ? 'nothing runs now' : 'nothing runs now in this lab']
      : [
          `${paint.bold('now')}\n${tableText(
            live.map((run) => [
              ...liveCells(run, now),
              run.up ? 'safechaos ps, safechaos down' : `safechaos watch ${run.run}, safechaos abort ${run.run}`,
            ]),
            '  ',
          )}`,
        ]),
    ...(elsewhere.length === 0
      ? []
      : [
          `${paint.bold('now in other labs')}\n${tableText(
            elsewhere.map((run) => [...liveCells(run, now), run.lab]),
            '  ',
          )}`,
        ]),
    ...(past.length === 0
      ? ['no run has ended here yet. Next: safechaos run']
      : [
          `${paint.bold('before')}\n${tableText(
            past
              .toReversed()
              .map((run) => [
                run.run,
                run.startedAt.slice(0, 16).replace('T', ' '),
                run.charter ?? '',
                exitText(run, paint),
                run.verdict ?? `ended by ${run.endedBy ?? 'an unknown cause'}`,
              ]),
            '  ',
          )
            .split('\n')
            .map((line) => (width === undefined ? line : clipped(line, width)))
            .join('\n')}`,
        ]),
  ]
  return blocks.join('\n\n')
}

const liveCells = ({ run, up, charter, containment, startedAt }: RunStatus, now: number): string[] => [
  run,
  up ? 'up' : (charter ?? 'opening'),
  containment ?? '',
  clockText(now - Date.parse(startedAt)),
]

function exitText({ exit }: RunStatus, paint: Paint): string {
  if (exit === undefined) return paint.yellow('no verdict')
  return exit === 0
    ? paint.green('held')
    : exit === 1
      ? paint.red('refuted')
      : exit === 5
        ? paint.red('unclean')
        : paint.yellow(exit === 2 ? 'stopped' : 'inconclusive')
}
