import type { Charter } from '../charter/charter.ts'
import { problemAt } from '../charter/path-problem.ts'
import { ERRORS } from '../errors.ts'
import { faultOf } from '../faults/catalogue.ts'
import { planRamp } from '../ramp/ramp.ts'
import type { Stack } from '../stack/stack.ts'
import { durationText } from '../units.ts'
import { CONTAINMENT_TRAITS } from './containment-traits.ts'
import { gateProblems } from './gate-problems.ts'
import type { CharterRef, Plan } from './plan.ts'
import type { PlanProblem } from './plan-problem.ts'
import { ringsOf } from './rings.ts'
import { resolveTargets } from './targets.ts'
import { worstCase } from './worst-case.ts'

/** All that a plan is made of. Digests are made by the caller. */
export interface PlanInput {
  readonly charter: Charter
  readonly charterFile: CharterRef
  readonly stack: Stack
  readonly stackFile: { readonly file: string; readonly digest: string }
}

export type PlanResult = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly PlanProblem[] }

/** Resolves a charter to what would be done to whom, when, and for how long at most. Gives every problem it finds, not the first one. */
export function buildPlan({ charter, charterFile, stack, stackFile }: PlanInput): PlanResult {
  const problems: PlanProblem[] = []
  const fault = faultOf(charter.fault.kind)
  if (fault === undefined)
    return { ok: false, problems: [{ code: 'SC_INVALID', ...problemAt(['fault', 'kind'], `there is no fault "${charter.fault.kind}"`) }] }
  const traits = CONTAINMENT_TRAITS[charter.containment]
  for (const need of fault.needs) {
    if ((traits.offers as readonly string[]).includes(need)) continue
    const message = `${fault.kind} needs ${need}, which containment ${charter.containment} does not offer`
    problems.push({ code: 'SC_INVALID', ...problemAt(['containment'], message, ERRORS.SC_UNREACHABLE.hint) })
  }
  const hits = fault.target(charter.fault)
  const resolved = resolveTargets(hits, stack)
  if (!resolved.ok)
    problems.push(
      ...resolved.why.map(
        (message): PlanProblem => ({ code: 'SC_TARGETS', ...problemAt(['fault', hits.of === 'members' ? 'target' : 'between'], message) }),
      ),
    )
  const targets = resolved.ok ? resolved.targets : []
  const ramp = planRamp({ ...charter.ramp, spread: fault.spread(charter.fault), targets: targets.map((target) => target.id), seed: charter.seed })
  if (resolved.ok && !ramp.ok)
    problems.push({ code: 'SC_TARGETS', ...problemAt(['ramp', 'steps', ...ramp.at], ramp.why, 'mend the steps of the ramp') })
  problems.push(...gateProblems(charter))
  const templates = fault.acts(charter.fault)
  const bound = worstCase({ acts: templates, traits, ...charter })
  if (bound.abortMs > charter.maxAbortMs) {
    const parts = `detect ${durationText(bound.detectMs)}, dispatch ${durationText(bound.dispatchMs)}, revert ${durationText(bound.revertMs)}, verify ${durationText(bound.verifyMs)}`
    const message = `an abort may take ${durationText(bound.abortMs)} (${parts}), longer than maxAbort ${durationText(charter.maxAbortMs)}`
    problems.push({ code: 'SC_BOUND', ...problemAt(['maxAbort'], message) })
  }
  if (problems.length > 0 || !ramp.ok) return { ok: false, problems }
  const plan: Plan = {
    version: 1,
    charter: { name: charter.name, ...charterFile },
    stack: stackFile,
    hypothesis: charter.hypothesis,
    environment: charter.environment,
    containment: charter.containment,
    owner: charter.owner,
    seed: charter.seed,
    fault: charter.fault,
    sentence: fault.sentence(charter.fault),
    hits,
    targets,
    templates,
    stages: ramp.stages,
    load: charter.load,
    signals: charter.signals,
    gates: charter.gates,
    invariants: charter.invariants,
    baselineMs: charter.baselineMs,
    recoveryMs: charter.recoveryMs,
    limitMs: charter.limitMs,
    lease: charter.lease,
    maxAbortMs: charter.maxAbortMs,
    worstCase: bound,
    rings: ringsOf(templates, traits, charter.lease, bound.revertMs + bound.verifyMs),
  }
  return { ok: true, plan }
}
