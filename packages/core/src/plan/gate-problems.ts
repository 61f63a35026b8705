import type { Charter } from '../charter/charter.ts'
import { problemAt } from '../charter/path-problem.ts'
import { durationText } from '../units.ts'
import type { PlanProblem } from './plan-problem.ts'
import { BOUNDS } from './worst-case.ts'

/**
 * Green evidence comes once a window at best: that must be often enough to keep the lease, and young enough for the gate itself. Better said
 * now than found in the run.
 */
export function gateProblems({ gates, signals, lease }: Pick<Charter, 'gates' | 'signals' | 'lease'>): PlanProblem[] {
  return gates.flatMap((gate) => {
    const name = 'signal' in gate.input ? gate.input.signal : undefined
    const every = signals.find((one) => one.name === name)?.everyMs ?? BOUNDS.sliceMs
    const between = gate.windowMs + every
    const problems: PlanProblem[] = []
    if (between + BOUNDS.pollMs + BOUNDS.dispatchMs > lease.ms)
      problems.push(
        bound(gate.name, `gate ${gate.name} is green once in ${durationText(between)} at best, too seldom for a lease of ${durationText(lease.ms)}`),
      )
    if (between > gate.freshMs) {
      problems.push(
        bound(
          gate.name,
          `gate ${gate.name} is green once in ${durationText(between)} at best, and calls samples stale after ${durationText(gate.freshMs)}`,
        ),
      )
    }
    return problems
  })
}

const bound = (gate: string, message: string): PlanProblem => ({
  code: 'SC_BOUND',
  ...problemAt(['abort', gate], message, 'make the window or the interval shorter, or lease and fresh longer'),
})
