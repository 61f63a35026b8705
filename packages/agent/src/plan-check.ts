import {
  bind,
  type Acts,
  type ContainmentName,
  type DigestedPlan,
  type Facts,
  faultOf,
  type Need,
  resolveTargets,
  SafechaosError,
  type Stack,
} from '@safechaos/core'
import { digestOf } from './digest.ts'

/** What the agent takes from a plan only after it has rebuilt it. */
export interface CheckedPlan {
  readonly needs: readonly Need[]
  /** Templates from the agent's own catalogue, never those of the plan. */
  readonly bindActs: (facts: Facts) => Acts
}

export type CheckPlan = typeof checkPlan

/**
 * Believes a plan only if its digest is right, if it is for the stack that is seen now (its digest) and for this containment, and if the agent's own catalogue makes the same
 * templates, targets and words of its fault. Throws SC_PLAN_MISMATCH.
 */
export function checkPlan({ plan, digest }: DigestedPlan, stack: Stack, seenStack: string, containment: ContainmentName): CheckedPlan {
  const fault = faultOf(plan.fault.kind)
  const mismatch = (message: string): SafechaosError => new SafechaosError({ code: 'SC_PLAN_MISMATCH', message })
  if (digestOf(plan) !== digest) throw mismatch('the plan does not have the digest it came with')
  if (seenStack !== plan.stack.digest)
    throw mismatch('the stack is not the one of the plan: it, or a file of the lab that it could run, changed meanwhile')
  if (plan.containment !== containment) throw mismatch(`the plan is for the containment ${plan.containment}, and ${containment} was launched`)
  if (fault === undefined) throw mismatch(`the agent knows no fault ${plan.fault.kind}`)
  const templates = fault.acts(plan.fault)
  if (digestOf(templates) !== digestOf(plan.templates)) throw mismatch(`the agent's own steps for ${plan.fault.kind} differ from the plan's`)
  if (digestOf(fault.target(plan.fault)) !== digestOf(plan.hits)) throw mismatch('the plan hits something else than its fault says')
  const own = resolveTargets(plan.hits, stack)
  if (!own.ok || digestOf(own.targets) !== digestOf(plan.targets)) throw mismatch('the targets are not those of the fault in this stack')
  if (fault.sentence(plan.fault) !== plan.sentence) throw mismatch('the plan says something else than its fault does')
  checkStages({ plan, digest }, mismatch)
  return { needs: fault.needs, bindActs: (facts) => bind(templates, facts) }
}

/** The grant is the plan: its numbers must themselves be sound, since nothing later widens or narrows them. */
function checkStages({ plan }: DigestedPlan, mismatch: (message: string) => SafechaosError): void {
  const names = new Set(plan.targets.map(({ id }) => id))
  if (names.size !== plan.targets.length) throw mismatch('a target is planned twice')
  plan.stages.forEach((stage, index) => {
    if (stage.number !== index + 1) throw mismatch(`stage ${stage.number} stands at place ${index + 1}`)
    if (stage.targets < 1 || stage.targets > plan.targets.length)
      throw mismatch(`stage ${stage.number} is for ${stage.targets} of ${plan.targets.length} targets`)
    const allowed = new Set(plan.targets.slice(0, stage.targets).map(({ id }) => id))
    for (const { pick, offsetMs } of stage.acts) {
      if (!(offsetMs >= 0)) throw mismatch(`stage ${stage.number} acts at ${offsetMs} ms`)
      if ('target' in pick ? !allowed.has(pick.target) : !(pick.u >= 0 && pick.u < 1))
        throw mismatch(`stage ${stage.number} picks a target beyond its own`)
    }
  })
  if (!(plan.limitMs > 0 && plan.lease.ms > 0)) throw mismatch('lease and limit must be greater than zero')
}
