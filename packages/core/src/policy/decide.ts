import type { Charter } from '../charter/charter.ts'
import { type Cell, type Demand, type Lab, OUTSIDE_DEV, TIERS, type Tier, tierOf } from '../lab/lab.ts'
import { CONTAINMENT_TRAITS, type ContainmentTraits } from '../plan/containment-traits.ts'
import type { Plan } from '../plan/plan.ts'
import { cellText, decidingCell } from './deciding-cell.ts'
import type { Finding } from './finding.ts'
import { limitFindings } from './limits.ts'

/** What policy says of one plan. No finding at all would be no reason to allow: an allow always names the cell that allows. */
export interface Decision {
  readonly effect: 'allow' | 'deny'
  /** The cell of the matrix that decides; undefined where none matches, which is a deny. */
  readonly cell: Cell | undefined
  readonly why: readonly string[]
  /** The least that would have to change for an allow; undefined for an allow. */
  readonly smallestChange: string | undefined
}

/** Asks the blast-radius matrix, and the rules that stand above it. All that stands against the plan is named, not the first thing. */
export function decide(plan: Plan, charter: Charter, lab: Lab): Decision {
  const tier = tierOfPlan(plan, lab)
  const cell = decidingCell(lab.matrix, { fault: plan.fault.kind, environment: plan.environment, tier })
  const findings = [...floorFindings(plan, charter, lab), ...cellFindings(plan, charter, tier, cell)]
  if (findings.length > 0) {
    return {
      effect: 'deny',
      cell,
      why: findings.map((finding) => finding.why),
      smallestChange: [...new Set(findings.map((finding) => finding.change))].join('; '),
    }
  }
  return {
    effect: 'allow',
    cell,
    why: [`${cell === undefined ? '' : cellText(cell)} allows ${plan.fault.kind} in ${plan.environment} on tier ${tier}`],
    smallestChange: undefined,
  }
}

/** The highest tier among the services that the fault touches. */
export function tierOfPlan(plan: Plan, lab: Lab): Tier {
  const services = plan.hits.of === 'members' ? [plan.hits.service] : plan.hits.between
  return TIERS[Math.max(...services.map((service) => TIERS.indexOf(tierOf(lab, service))))] ?? 'critical'
}

/** Rules above the matrix: they hold whatever it says. */
function floorFindings(plan: Plan, charter: Charter, lab: Lab): Finding[] {
  const findings: Finding[] = []
  const { environment } = plan
  const traits: ContainmentTraits = CONTAINMENT_TRAITS[plan.containment]
  if (!Object.hasOwn(lab.environments, environment)) {
    findings.push({
      why: `the lab has no environment "${environment}"; it has ${Object.keys(lab.environments).join(', ')}`,
      change: `add ${environment} to environments in lab.yaml`,
    })
  }
  if (traits.onlyIn !== undefined && !traits.onlyIn.includes(environment)) {
    findings.push({
      why: `containment ${plan.containment} has no walls and is for ${traits.onlyIn.join(', ')} only`,
      change: 'use containment: sandbox',
    })
  }
  if (environment === 'dev') return findings
  if (plan.templates.holderDeath === 'worsens') {
    findings.push({ why: `${plan.fault.kind} gets worse when its holder dies, which is for dev only`, change: 'choose another fault' })
  }
  if (plan.rings.length < 2) findings.push({ why: 'fewer than two independent things would end the fault', change: 'choose another containment' })
  return [...findings, ...demandFindings(OUTSIDE_DEV, plan, charter, `${environment} asks for it`)]
}

function cellFindings(plan: Plan, charter: Charter, tier: Tier, cell: Cell | undefined): Finding[] {
  if (cell === undefined) {
    return [
      {
        why: `no cell of the matrix speaks of ${plan.fault.kind} in ${plan.environment} on tier ${tier}`,
        change: `add a cell {fault: ${plan.fault.kind}, environment: ${plan.environment}, tier: ${tier}} to lab.yaml`,
      },
    ]
  }
  if ('deny' in cell.decision)
    return [{ why: `${cellText(cell)} denies: ${cell.decision.deny}`, change: `a more specific cell than ${cellText(cell)}` }]
  const limits = cell.decision.allow
  return [...limitFindings(plan, limits, cellText(cell)), ...demandFindings(limits.needs, plan, charter, `${cellText(cell)} asks for it`)]
}

const GIVEN = {
  purpose: (charter) => charter.purpose !== undefined && charter.purpose.trim() !== '',
  invariants: (charter) => charter.invariants.length > 0,
  rollback: (charter) => charter.rollback !== undefined && charter.rollback.trim() !== '',
  schedule: (charter) => charter.schedule !== undefined,
  approvers: (charter) => charter.people.approvers.length > 0,
  notify: (charter) => charter.people.notify.length > 0,
  walls: (_, plan) => CONTAINMENT_TRAITS[plan.containment].walled,
} as const satisfies Record<Demand, (charter: Charter, plan: Plan) => boolean>

const FIELD = {
  purpose: 'purpose',
  invariants: 'invariants',
  rollback: 'rollback',
  schedule: 'schedule.window',
  approvers: 'people.approvers',
  notify: 'people.notify',
  walls: 'a containment with walls',
} as const satisfies Record<Demand, string>

const demandFindings = (demands: readonly Demand[], plan: Plan, charter: Charter, because: string): Finding[] =>
  demands
    .filter((demand) => !GIVEN[demand](charter, plan))
    .map((demand) => ({ why: `${FIELD[demand]} is missing; ${because}`, change: `give ${FIELD[demand]}` }))
