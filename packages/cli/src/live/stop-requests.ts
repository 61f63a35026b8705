/** Two signals nearer than this are one wish: an entry that passes a terminal's signal on makes two of it. */
const ONE_WISH_MS = 150

/** How a run is stopped from its terminal. */
export interface StopRequests {
  /** Aborts with the first wish. The reason is a sentence if the wish was no person's. */
  readonly signal: AbortSignal
  /** One wish, from a key. */
  readonly ask: () => void
  /** The same when nobody reads the output any more. */
  readonly unread: () => void
  readonly release: () => void
}

/**
 * The first wish (Ctrl-C, SIGTERM, SIGHUP, a key) stops the run; every later one only asks what is still owed: the rollback is never stopped.
 * `first` and `again` show that to the person.
 */
export function stopRequests(first: () => void, again: () => void): StopRequests {
  const stop = new AbortController()
  let latest = Number.NEGATIVE_INFINITY
  const wish = (reason?: string): void => {
    const now = performance.now()
    if (now - latest < ONE_WISH_MS) return
    latest = now
    if (stop.signal.aborted) return again()
    first()
    stop.abort(reason)
  }
  const ask = (): void => wish()
  const signals = [
    ['SIGINT', ask],
    ['SIGTERM', () => wish('this command got SIGTERM')],
    ['SIGHUP', () => wish('this command got SIGHUP')],
  ] as const
  for (const [name, hear] of signals) process.on(name, hear)
  return {
    signal: stop.signal,
    ask,
    unread: () => wish('nobody reads the output any more'),
    release: () => {
      for (const [name, hear] of signals) process.off(name, hear)
    },
  }
}
