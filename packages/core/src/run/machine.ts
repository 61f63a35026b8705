/** Where a run is, as to what it owes. The agent, which alone acts, keeps it. */
export type RunState = 'planned' | 'open' | 'injecting' | 'holding' | 'reverting' | 'clean' | 'stuck' | 'closed'

/**
 * The only moves there are. Whatever was not stopped has the same way out, reverting: there is no edge from a fault that may be in to an
 * end. Aborting is absorbing: from `reverting` on, no edge leads back to a fault. A new try of what is stuck belongs to `recover`, not to
 * this run.
 */
export const MOVES = {
  planned: ['open', 'reverting'],
  open: ['injecting', 'reverting'],
  injecting: ['holding', 'reverting'],
  holding: ['injecting', 'reverting'],
  reverting: ['clean', 'stuck'],
  clean: ['closed'],
  stuck: ['closed'],
  closed: [],
} as const satisfies Record<RunState, readonly RunState[]>

export const canMove = (from: RunState, to: RunState): boolean => (MOVES[from] as readonly RunState[]).includes(to)

/** True from the first cause to end: nothing is injected or renewed any more. */
export const isStopped = (state: RunState): boolean => !canMove(state, 'reverting')
