import type { RampStep } from '../charter/charter.ts'
import { counted, isOrAre } from '../counted.ts'
import type { Spread } from '../faults/fault.ts'
import type { PlannedAct, PlannedStage } from '../plan/plan.ts'
import { exponentialMs, seededRandom } from '../plan/seeded-random.ts'

export interface RampInput {
  readonly steps: readonly RampStep[]
  readonly holdMs: number
  readonly spread: Spread
  /** All planned targets, in order. */
  readonly targets: readonly string[]
  readonly seed: string
}

export type RampPlan =
  | { readonly ok: true; readonly stages: readonly PlannedStage[] }
  /** `at` holds the index of the step that cannot be; it is empty if there are no steps. */
  | { readonly ok: false; readonly why: string; readonly at: readonly number[] }

/**
 * The stages of a ramp: they never shrink and never reach beyond the planned targets. A step that reaches nobody new adds no stage,
 * so that `1, 50%, 100%` of two targets are two stages.
 */
export function planRamp({ steps, holdMs, spread, targets, seed }: RampInput): RampPlan {
  if (steps.length === 0) return no([], 'the ramp has no steps')
  const random = seededRandom(seed)
  const stages: PlannedStage[] = []
  let reached = 0
  for (const [index, step] of steps.entries()) {
    const wanted = targetsOf(step, targets.length)
    if (wanted === undefined)
      return no([index], `the ramp step ${stepText(step)} is neither a whole number of targets from 1 nor a percentage above 0% and up to 100%`)
    if (wanted > targets.length)
      return no([index], `the ramp asks for ${counted(wanted, 'target')} and there ${isOrAre(targets.length)} ${targets.length}`)
    if (wanted < reached)
      return no(
        [index],
        `the ramp step ${stepText(step)} reaches ${wanted} of ${counted(targets.length, 'target')}, fewer than the ${reached} of the step before it`,
      )
    if (wanted === reached) continue
    const added = targets.slice(reached, wanted)
    const acts =
      spread.kind === 'at-once' ? added.map((target) => ({ offsetMs: 0, pick: { target } })) : victims(random, spread.meanIntervalMs, holdMs)
    stages.push({ number: stages.length + 1, targets: wanted, holdMs, acts })
    reached = wanted
  }
  return { ok: true, stages }
}

const no = (at: readonly number[], why: string): RampPlan => ({ ok: false, why, at })

/** `max(1, ceil(percent × planned))`, or the number itself; undefined for what is neither. */
function targetsOf(step: RampStep, planned: number): number | undefined {
  if ('targets' in step) return Number.isSafeInteger(step.targets) && step.targets >= 1 ? step.targets : undefined
  if (!(step.percent > 0 && step.percent <= 100)) return undefined
  // 7 % of 100 is 7, whatever binary fractions make of it.
  return Math.max(1, Math.ceil((step.percent * planned) / 100 - 1e-9))
}

const stepText = (step: RampStep): string => ('targets' in step ? String(step.targets) : `${step.percent}%`)

/** The first victim falls at once, so that no stage passes untouched; the others follow at exponential intervals. */
function victims(random: () => number, meanMs: number, holdMs: number): PlannedAct[] {
  const acts: PlannedAct[] = [{ offsetMs: 0, pick: { u: random() } }]
  for (let at = exponentialMs(random, meanMs); Math.ceil(at) < holdMs; at += exponentialMs(random, meanMs))
    acts.push({ offsetMs: Math.ceil(at), pick: { u: random() } })
  return acts
}
