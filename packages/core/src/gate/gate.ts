import type { UnknownReason } from '../signals/sample.ts'

/** Where a signal's numbers come from. URLs use service names; they are resolved inside the enclosure's network. */
export type SignalSpec =
  /** One series of a page in the Prometheus text format, chosen by name and labels. */
  | {
      readonly name: string
      readonly from: 'metrics'
      readonly url: string
      readonly metric: string
      readonly labels: Readonly<Record<string, string>>
      readonly everyMs: number
      readonly unit: string
    }
  /** 1 if the GET answers in time with `expectStatus` (without it: 2xx or 3xx), else 0. */
  | {
      readonly name: string
      readonly from: 'http'
      readonly url: string
      readonly everyMs: number
      readonly timeoutMs: number
      readonly expectStatus?: number
      readonly unit: 'up'
    }
  /** 1 if the connection opens in time, else 0. */
  | {
      readonly name: string
      readonly from: 'tcp'
      readonly host: string
      readonly port: number
      readonly everyMs: number
      readonly timeoutMs: number
      readonly unit: 'up'
    }
  /** From /proc, of all processes of a service: CPU in cores, resident memory in bytes, number of processes. */
  | {
      readonly name: string
      readonly from: 'stats'
      readonly service: string
      readonly stat: 'cpu' | 'memory' | 'processes'
      readonly everyMs: number
      readonly unit: string
    }
  /** Lines per second that the replicas of a service print and that hold the text, over the last second (over `everyMs`, if that is longer). */
  | {
      readonly name: string
      readonly from: 'logs'
      readonly service: string
      readonly text: string
      readonly everyMs: number
      readonly unit: '/s'
    }

/** What a gate reads: a number of the load stream, or a signal by name (its worst value in the window). */
export type GateInput = { readonly load: 'errorRatio' | 'p50' | 'p95' | 'p99' | 'okRate' } | { readonly signal: string }

/** The directions of a limit, each with its sign in a charter. */
export const BEYOND = { above: '>', 'at-or-above': '>=', below: '<', 'at-or-below': '<=' } as const
export type Beyond = keyof typeof BEYOND

/** Whether a value is beyond the limit. NaN is beyond every limit: it must never look green. */
export function isBeyond(gate: Pick<GateSpec, 'breach' | 'limit'>, value: number): boolean {
  switch (gate.breach) {
    case 'above':
      return !(value <= gate.limit)
    case 'at-or-above':
      return !(value < gate.limit)
    case 'below':
      return !(value >= gate.limit)
    case 'at-or-below':
      return !(value > gate.limit)
    default:
      throw new TypeError(`unknown direction: ${String(gate.breach satisfies never)}`)
  }
}

/** One limit on one number, watched while a fault is live. */
export interface GateSpec {
  readonly name: string
  readonly input: GateInput
  /** A breach is a window whose value is beyond the limit in this direction: see `isBeyond`. */
  readonly breach: Beyond
  readonly limit: number
  /** `ratio` (0 to 1), `ms`, `/s`, or the unit of the signal. */
  readonly unit: string
  readonly windowMs: number
  /** Breached windows out of the last `of` that make a BREACH. */
  readonly need: number
  readonly of: number
  /** Load gates: fewer requests in the window are UNKNOWN(low-traffic). */
  readonly minRequests: number
  /** A raw sample older than this is UNKNOWN(stale), in milliseconds. */
  readonly freshMs: number
  /** A person said that this gate does not belong to the hypothesis: its breach stops the run with exit 2. */
  readonly guard: boolean
}

/** How a value that is not final yet stands to the final one: what is still to come can only make it worse. */
export type Bound = 'at least' | 'at most'

/**
 * What one window said. `newest` is the instant of the newest raw sample in it; `bound` is there if the window was over before all of it was
 * told, and its value is the best that could still come of it.
 */
export type WindowVerdict =
  | { readonly state: 'ok' | 'over'; readonly value: number; readonly newest: number; readonly bound?: Bound }
  | { readonly state: 'unknown'; readonly reason: UnknownReason; readonly detail: string; readonly newest: number | undefined }

/** What the gate says now. Only OK lets the run go on; an UNKNOWN that lasts ends it. */
export interface GateState {
  readonly gate: string
  readonly state: 'OK' | 'BREACH' | 'UNKNOWN'
  readonly value: number | undefined
  /** Of the value; undefined for one that is final. */
  readonly bound?: Bound | undefined
  readonly reason: UnknownReason | undefined
  readonly detail: string
  /** Newest raw sample that an OK rests on; a lease is renewed only when this advances. */
  readonly newest: number | undefined
  /** Newest raw sample of the latest window, if that was beyond the limit. */
  readonly beyond?: number | undefined
  /** Beyond its limit in the latest window, but not in enough of them to be a breach. */
  readonly nearing: boolean
}
