import type { ActRecord } from '../ledger/record.ts'

/** Where a run is, as to what it owes. */
export type RunState = 'planned' | 'open' | 'injecting' | 'holding' | 'reverting' | 'clean' | 'stuck' | 'closed'

/**
 * The only moves there are. `injecting` and `holding` have one way out, which is reverting: there is no edge from a fault that may be in to
 * an end. Aborting is absorbing: from `reverting` on, no edge leads back to a fault.
 */
export const MOVES = {
  planned: ['open', 'closed'],
  open: ['injecting', 'closed'],
  injecting: ['holding', 'reverting'],
  holding: ['injecting', 'reverting'],
  reverting: ['clean', 'stuck'],
  clean: ['closed'],
  // A person, or recover, tries again.
  stuck: ['reverting', 'closed'],
  closed: [],
} as const satisfies Record<RunState, readonly RunState[]>

export const canMove = (from: RunState, to: RunState): boolean => (MOVES[from] as readonly RunState[]).includes(to)

/** The state after a wish to move; a move that does not exist changes nothing. */
export const evolve = (from: RunState, to: RunState): RunState => (canMove(from, to) ? to : from)

/** The way by which a run stops from wherever it is: what may be in goes through reverting, what is not closes. */
export function stopFrom(state: RunState): RunState {
  if (state === 'injecting' || state === 'holding') return 'reverting'
  return state === 'planned' || state === 'open' || state === 'clean' ? 'closed' : state
}

/**
 * What must still be undone, newest first: every act that was ever written down and is not verified gone since. What a status says, and
 * whether the inject was confirmed, plays no part.
 */
export function owedActs(records: readonly Pick<ActRecord, 'act' | 'what'>[]): string[] {
  const open = new Set<string>()
  for (const { act, what } of records) {
    if (what === 'verified') open.delete(act)
    else if (what === 'owed' || what === 'injected' || what === 'inject-failed' || what === 'stuck') open.add(act)
  }
  return [...open].reverse()
}
