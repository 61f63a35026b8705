import type { PathProblem } from '../charter/path-problem.ts'
import type { ErrorCode } from '../errors.ts'

/** Something in a charter that no plan can be made of. */
export interface PlanProblem extends PathProblem {
  readonly code: ErrorCode
}
