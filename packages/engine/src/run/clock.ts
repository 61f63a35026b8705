import { setTimeout as sleepFor } from 'node:timers/promises'

/** The engine's only time. */
export interface Clock {
  /** Epoch milliseconds: for dates, which people and samples share. Somebody may set it at any moment. */
  now(): number
  /** Milliseconds from some fixed instant, never set: for every wait and every duration. */
  monotonic(): number
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await sleepFor(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      if (signal?.aborted !== true) throw error
    }
  },
}

/** A time that began when it was made. */
export interface Stopwatch {
  ms(): number
  /** How long after the beginning an epoch instant was; undefined for one that was before it, or that is not come yet. */
  since(at: number): number | undefined
}

/** An epoch instant is placed by how long ago it is, so that a clock that was set meanwhile changes nothing. */
export function stopwatch(clock: Clock): Stopwatch {
  const began = clock.monotonic()
  const ms = (): number => clock.monotonic() - began
  return {
    ms,
    since: (at) => {
      const ago = clock.now() - at
      return ago >= 0 && ago < ms() ? ms() - ago : undefined
    },
  }
}
