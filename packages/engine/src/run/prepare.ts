import { relative } from 'node:path'
import { digestOf } from '@safechaos/agent'
import {
  buildPlan,
  type ContainmentName,
  decide,
  type Decision,
  type DigestedPlan,
  type Json,
  type PlanProblem,
  type Problem,
  SafechaosError,
} from '@safechaos/core'
import { makeRunsFolder } from '../evidence/run-folder.ts'
import { loadCharter, type LoadedCharter, refusal, textOf } from '../files/load-charter.ts'
import type { LoadedStack } from '../files/load-stack.ts'
import { type EarlyRun, newRunId, startEarly, startFor } from './early.ts'

export interface RunOptions {
  /** Path of the charter file. */
  readonly charter: string
  /** Overrides the charter's own. */
  readonly containment?: ContainmentName
  /** Why a stronger containment was not taken, for people. */
  readonly fellBack?: string
}

/** All that is decided before anything is opened. */
export interface Prepared extends LoadedCharter {
  readonly planned: DigestedPlan
  readonly decision: Decision
}

/**
 * Reads, checks, plans and asks the policy. `assume` is the containment for a charter that names none; `onStack` is told the stack before the
 * rest is read. Throws SafechaosError with every problem found; a denial is a value.
 */
export async function prepare(options: RunOptions, assume: ContainmentName = 'sandbox', onStack?: (loaded: LoadedStack) => void): Promise<Prepared> {
  const loaded = await loadCharter(options.charter, { containment: assume, override: options.containment, onStack })
  const inLab = (path: string): string => relative(loaded.labDir, path)
  const result = buildPlan({
    charter: loaded.charter,
    charterFile: {
      file: inLab(loaded.charterFile),
      digest: loaded.charterDigest,
      expansion: loaded.expansionDigest,
      containment: loaded.namedContainment,
    },
    stack: loaded.stack,
    stackFile: { file: inLab(loaded.stackFile), digest: loaded.stackDigest },
  })
  if (!result.ok) throw refusal([...fallBack(options), ...result.problems.map((problem) => placed(problem, loaded))])
  const planned: DigestedPlan = { plan: result.plan, digest: digestOf(result.plan as unknown as Json) }
  return { ...loaded, planned, decision: decide(result.plan, loaded.charter, loaded.lab) }
}

/** What the weaker containment cannot do is then no mistake of the charter. */
const fallBack = ({ fellBack }: RunOptions): Problem[] => (fellBack === undefined ? [] : [{ code: 'SC_CONTAINMENT', message: fellBack }])

/** A containment that is not the one the charter names is told of at the fault that it cannot make. */
function placed({ code, path, at, message, hint }: PlanProblem, { file, charter }: LoadedCharter): Problem {
  const isElsewhere = path[0] === 'containment' && textOf(file, 'containment') !== charter.containment
  return { code, message, where: file.locate(isElsewhere ? ['fault', 'kind'] : path, at), hint }
}

/** A run that can begin as soon as its walls stand: its agent raises them meanwhile. */
export interface Ready {
  readonly early: EarlyRun
  readonly prepared: Prepared
}

/** Reads while the walls are raised; anew if they turn out to be of another containment than the charter wants. */
export async function ready(options: RunOptions, started?: EarlyRun): Promise<Ready> {
  const early = started ?? startEarly(options.charter, options.containment)
  try {
    const prepared = await prepare(options, early.containment, (loaded) => handOver(early, loaded))
    const { containment } = prepared.charter
    if (containment === early.containment) return { early, prepared }
    await early.link.end()
    const anew = startFor(early.labDir, newRunId(), containment, true)
    return { early: anew, prepared: await prepare(options, containment, (loaded) => handOver(anew, loaded)) }
  } catch (error) {
    await early.link.end()
    throw error
  }
}

/**
 * The stack goes to the agent as soon as it is read, so that what its services need is made meanwhile. What goes wrong with it, `open` says. The
 * folder of the evidence is there before: what of the lab services may not see is hidden when their surroundings are made.
 */
function handOver({ link, labDir }: EarlyRun, { stack, stackDir }: LoadedStack): void {
  makeRunsFolder(labDir)
  link.ask({ ask: 'prepare', stack, stackDir }).catch(() => undefined)
}

/** The containment to take when the strongest one does not work here, and why. */
export interface Instead {
  readonly containment: ContainmentName
  readonly why: string
}

/**
 * Waits until the walls stand. Where the strongest containment does not work and nobody chose it, the answer is the one to take instead, which
 * plan, policy and report then say. Throws what else keeps them from standing.
 */
export async function weakerContainment({ link, chosen, containment }: EarlyRun): Promise<Instead | undefined> {
  try {
    await link.ready
    return undefined
  } catch (error) {
    if (chosen || containment === 'process' || !(error instanceof SafechaosError) || error.code !== 'SC_CONTAINMENT') throw error
    const [first = ''] = error.message.split('\n')
    return {
      containment: 'process',
      why: `${containment} does not work here, so there are no walls (${first.slice(0, 160)}); safechaos doctor says what would help.`,
    }
  }
}
