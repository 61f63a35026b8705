/**
 * What the tap inside the enclosure streams out, one JSON line each. Times are epoch milliseconds of the machine's clock.
 * A source yields; it never judges.
 */

/** All requests whose scheduled send fell into [from, to). Sent when the last of them was answered or timed out, so slices may arrive late and out of order. */
export interface LoadSlice {
  readonly kind: 'load'
  readonly from: number
  readonly to: number
  /** Scheduled in the slice. */
  readonly scheduled: number
  readonly ok: number
  /** By class: `timeout`, `refused`, `reset`, `status-503`, … */
  readonly failed: Readonly<Record<string, number>>
  /** Milliseconds from the scheduled instant to the end of the answer, of all requests; those timed out count with the time-out. */
  readonly latencies: readonly number[]
  /** The worst delay between the scheduled and the real send: how late the generator itself was. */
  readonly lateMs: number
}

/** One reading of one signal, with the instant it was taken at its origin. */
export interface Reading {
  readonly kind: 'reading'
  readonly signal: string
  readonly at: number
  readonly value: number
  /** What came, where the number alone does not say it: `500`, `timeout`, `refused`. */
  readonly detail?: string
}

/** A reading that could not be had. */
export interface NoReading {
  readonly kind: 'no-reading'
  readonly signal: string
  readonly at: number
  readonly reason: UnknownReason
  readonly detail: string
}

export type Sample = LoadSlice | Reading | NoReading

/** Why a value is unknown. Never OK, whatever the options. `starved`: the machine itself was too late for the window to mean anything. */
export const UNKNOWN_REASONS = [
  'no-series',
  'nan',
  'inf',
  'stale',
  'future',
  'multi-series',
  'low-traffic',
  'http',
  'timeout',
  'parse',
  'starved',
] as const
export type UnknownReason = (typeof UNKNOWN_REASONS)[number]

/** Each reason in words, for people and for the docs. */
export const UNKNOWN_REASON_SENTENCE = {
  'no-series': 'there is no such number: the series is not on the page, or nothing was read yet',
  nan: 'the value is not a number',
  inf: 'the value is infinite',
  stale: 'the newest raw sample is older than `fresh`, or not all of the window arrived',
  future: 'a sample claims to be from more than a second ahead',
  'multi-series': 'several series fit the name and labels, and one is not guessed',
  'low-traffic': 'fewer requests than `minRequests` were scheduled in the window',
  http: 'the answer was not a 2xx, or there was no connection',
  timeout: 'no answer in time',
  parse: 'the answer is not in the format, or does not add up',
  starved: 'the load generator itself was too late for the window to mean anything',
} as const satisfies Record<UnknownReason, string>
