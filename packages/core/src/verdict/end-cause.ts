import type { EndCause } from '../ledger/end-causes.ts'
import { END_CAUSES } from '../ledger/end-causes.ts'
import type { RunView } from '../run/run-view.ts'

/** Why a run ended: the first cause in time; of several in one millisecond, the one that ranks first. A run that names none broke. */
export function endedBy(view: Pick<RunView, 'causes'>): { readonly cause: EndCause; readonly detail: string; readonly at: number | undefined } {
  const rank = (cause: EndCause) => END_CAUSES.indexOf(cause)
  const [first] = [...view.causes].sort((a, b) => a.at - b.at || rank(a.cause) - rank(b.cause))
  return first ?? { cause: 'error', detail: 'the run ended without naming a reason', at: undefined }
}

/** Each cause in words that continue "the run ended because …". */
export const CAUSE_WORDS = {
  completed: 'all stages passed',
  'gate-breach': "one of the charter's own limits was passed",
  'gate-unknown': 'a gate could not say whether its limit was kept',
  'guard-breach': 'a guard that is not part of the hypothesis stopped it',
  operator: 'a person stopped it',
  limit: 'the time under fault was used up',
  'lease-lost': 'there was no fresh green evidence to go on with',
  'controller-lost': 'the controller was gone or hung',
  'agent-lost': 'the agent was gone',
  'ledger-lost': 'the run could not be recorded any more',
  stack: 'the stack did not start',
  preflight: 'the checks before the first fault did not pass',
  'inject-failed': 'not one target of a stage could be hit',
  starved: 'the machine itself was too slow to measure anything',
  error: 'something in the lab itself failed',
} as const satisfies Record<EndCause, string>
