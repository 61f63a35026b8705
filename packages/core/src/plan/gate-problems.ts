import type { Charter } from '../charter/charter.ts'
import type { Problem } from '../errors.ts'
import { durationText } from '../units.ts'
import { BOUNDS } from './worst-case.ts'

/**
 * Green evidence comes once a window at best: that must be often enough to keep the lease, and young enough for the gate itself. Better said
 * now than found in the run.
 */
export function gateProblems({ gates, signals, lease }: Pick<Charter, 'gates' | 'signals' | 'lease'>): Problem[] {
  return gates.flatMap((gate) => {
    const name = 'signal' in gate.input ? gate.input.signal : undefined
    const every = signals.find((one) => one.name === name)?.everyMs ?? BOUNDS.sliceMs
    const between = gate.windowMs + every
    const problems: Problem[] = []
    if (between + BOUNDS.pollMs + BOUNDS.dispatchMs > lease.ms)
      problems.push(bound(`gate ${gate.name} is green once in ${durationText(between)} at best, too seldom for a lease of ${durationText(lease.ms)}`))
    if (between > gate.freshMs) {
      problems.push(
        bound(`gate ${gate.name} is green once in ${durationText(between)} at best, and calls samples stale after ${durationText(gate.freshMs)}`),
      )
    }
    return problems
  })
}

const bound = (message: string): Problem => ({
  code: 'SC_BOUND',
  message,
  hint: 'make the window or the interval shorter, or lease and fresh longer',
})
