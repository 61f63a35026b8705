import { counted } from '../counted.ts'
import type { CellLimits } from '../lab/lab.ts'
import type { Plan } from '../plan/plan.ts'
import { durationText } from '../units.ts'
import type { Finding } from './finding.ts'

/** Where a plan goes beyond what a cell allows at most. */
export function limitFindings(plan: Plan, limits: CellLimits, cell: string): Finding[] {
  const findings: Finding[] = []
  const most = Math.max(0, ...plan.stages.map((stage) => stage.targets))
  const planned = plan.targets.length
  const allowed = Math.min(
    limits.maxTargets ?? planned,
    limits.maxPercent === undefined ? planned : Math.floor((limits.maxPercent * planned) / 100 + 1e-9),
  )
  if (most > allowed) {
    const says = [
      limits.maxTargets === undefined ? [] : counted(limits.maxTargets, 'target'),
      limits.maxPercent === undefined ? [] : `${limits.maxPercent} %`,
    ]
      .flat()
      .join(' and ')
    findings.push({
      why: `the ramp reaches ${most} of ${counted(planned, 'target')}; ${cell} allows at most ${says}`,
      change: allowed > 0 ? `end the ramp at ${counted(allowed, 'target')}` : `raise the limits of ${cell}: not even one target fits`,
    })
  }
  if (limits.maxDurationMs !== undefined && plan.limitMs > limits.maxDurationMs) {
    findings.push({
      why: `the limit is ${durationText(plan.limitMs)}; ${cell} allows at most ${durationText(limits.maxDurationMs)} under fault`,
      change: `set limit to ${durationText(limits.maxDurationMs)}`,
    })
  }
  for (const [role, count] of Object.entries(limits.approvals)) {
    if (count > 0)
      findings.push({
        why: `${cell} asks for ${count} signed by ${role}, and none can be counted yet`,
        change: `wait until approvals can be given, or take ${role} out of the cell`,
      })
  }
  return findings
}
