import { relative } from 'node:path'
import { digestOf } from '@safechaos/agent'
import { buildPlan, type ContainmentName, decide, type Decision, type DigestedPlan, type Json, SafechaosError } from '@safechaos/core'
import { loadCharter, type LoadedCharter } from '../files/load-charter.ts'
import { type EarlyRun, newRunId, startEarly, startFor } from './early.ts'

export interface RunOptions {
  /** Path of the charter file. */
  readonly charter: string
  /** Overrides the charter's own. */
  readonly containment?: ContainmentName
}

/** All that is decided before anything is opened. */
export interface Prepared extends LoadedCharter {
  readonly planned: DigestedPlan
  readonly decision: Decision
}

/**
 * Reads, checks, plans and asks the policy. `assume` is the containment for a charter that names none. Throws SafechaosError with every problem
 * found; a denial is a value.
 */
export async function prepare(options: RunOptions, assume: ContainmentName = 'sandbox'): Promise<Prepared> {
  const loaded = await loadCharter(options.charter, { containment: assume, override: options.containment })
  const inLab = (path: string): string => relative(loaded.labDir, path)
  const result = buildPlan({
    charter: loaded.charter,
    charterFile: { file: inLab(loaded.charterFile), digest: loaded.charterDigest, expansion: loaded.expansionDigest },
    stack: loaded.stack,
    stackFile: { file: inLab(loaded.stackFile), digest: loaded.stackDigest },
  })
  if (!result.ok) {
    const [first, ...more] = result.problems
    throw first === undefined ? new Error('a plan was refused without a problem') : new SafechaosError(first, { more })
  }
  const planned: DigestedPlan = { plan: result.plan, digest: digestOf(result.plan as unknown as Json) }
  return { ...loaded, planned, decision: decide(result.plan, loaded.charter, loaded.lab) }
}

/**
 * Reads while the walls are raised. Where the strongest containment does not work and nobody chose it, the run goes to the weakest one, `process`,
 * which plan, policy and report then say.
 */
export async function ready(options: RunOptions, started?: EarlyRun): Promise<{ readonly early: EarlyRun; readonly prepared: Prepared }> {
  const early = started ?? startEarly(options.charter, options.containment)
  try {
    const prepared = await prepare(options, early.containment)
    if (prepared.charter.containment !== early.containment) return await instead(early, prepared.charter.containment, options)
    const failure = await wallsFailed(early)
    if (failure === undefined) return { early, prepared }
    if (early.chosen || early.containment === 'process') throw failure
    return await instead(early, 'process', options)
  } catch (error) {
    await early.link.end()
    throw error
  }
}

async function instead(
  early: EarlyRun,
  containment: ContainmentName,
  options: RunOptions,
): Promise<{ readonly early: EarlyRun; readonly prepared: Prepared }> {
  await early.link.end()
  const prepared = await prepare(options, containment)
  return { early: startFor(early.labDir, newRunId(), containment, true), prepared }
}

/** What kept the walls from standing; undefined when they stand. */
async function wallsFailed(early: EarlyRun): Promise<SafechaosError | undefined> {
  try {
    await early.link.ready
    return undefined
  } catch (error) {
    if (error instanceof SafechaosError && error.code === 'SC_CONTAINMENT') return error
    throw error
  }
}
