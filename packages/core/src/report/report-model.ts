import type { Beyond } from '../gate/gate.ts'
import type { CheckLine, Residue, Wall } from '../ledger/record.ts'
import type { Verdict } from '../verdict/verdict.ts'

/**
 * A run told for people: what `report.json` holds and what the HTML and Markdown reports draw. A fold over ledger, samples and log lines; nothing
 * in it comes from elsewhere. All `t`, `from` and `to` are milliseconds since `zero`, which is kept as an instant.
 */
export interface ReportModel {
  readonly version: 1
  readonly run: RunIdentity
  /** Epoch milliseconds of the first injection; of the first record if nothing was injected. */
  readonly zero: number
  readonly zeroIs: 'first injection' | 'start of the run'
  readonly sentence: string
  readonly lights: readonly Light[]
  readonly verdict: Verdict | undefined
  readonly charter: CharterInWords
  readonly map: readonly ServiceOnMap[]
  readonly steps: readonly { readonly title: string; readonly lines: readonly string[] }[]
  readonly clock: Clock
  readonly plots: readonly Plot[]
  readonly felt: readonly Phase[]
  readonly recovery: Recovery
  readonly moved: Moved
  readonly back: Back
  readonly next: { readonly questions: readonly string[]; readonly actions: readonly string[]; readonly experiment: string }
  readonly logs: { readonly lines: number; readonly byService: Readonly<Record<string, number>> }
  readonly provenance: Provenance
}

export interface RunIdentity {
  readonly id: string
  readonly name: string
  readonly by: string
  readonly host: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
}

export type Tone = 'good' | 'bad' | 'unsure' | 'calm'

/** One of the five judgements. `word` says it without colour. */
export interface Light {
  readonly name: 'hypothesis' | 'effect' | 'rollback' | 'containment' | 'evidence'
  readonly tone: Tone
  readonly word: string
  readonly why: string
}

export interface CharterInWords {
  readonly name: string
  readonly hypothesis: string
  readonly did: string
  readonly facts: readonly { readonly label: string; readonly text: string }[]
}

export interface ServiceOnMap {
  readonly service: string
  /** Position in the palette; the same everywhere in the report. */
  readonly colour: number
  readonly entry: boolean
  /** Names of signals read from it. */
  readonly read: readonly string[]
  readonly replicas: readonly {
    readonly id: string
    readonly planned: boolean
    readonly hit: boolean
    readonly restarts: number
    readonly end: string
  }[]
}

export interface Clock {
  readonly from: number
  readonly to: number
  /** When the fault was in: first injection to everything verified gone (or the end of the records). */
  readonly fault: { readonly from: number; readonly to: number; readonly label: string } | undefined
  readonly lanes: readonly Lane[]
  readonly events: readonly ReportEvent[]
  /** Why and when the fault was ended, and how soon it was gone after that. */
  readonly stop: { readonly t: number; readonly goneAt: number | undefined; readonly label: string } | undefined
}

export type LaneGroup = 'run' | 'ramp' | 'fault' | 'service' | 'gate'

export interface Lane {
  readonly id: string
  readonly group: LaneGroup
  readonly label: string
  /** Palette position of the service it belongs to. */
  readonly colour: number | undefined
  readonly spans: readonly Span[]
}

/** `level`: how much of it there is, drawn as height, so that a state never hangs on its colour alone. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly word: string
  readonly tone: Tone
  readonly level: 'full' | 'half' | 'none'
  readonly detail: string
}

/** Something that happened at an instant, with the log lines around it. */
export interface ReportEvent {
  readonly id: string
  readonly t: number
  readonly lane: string
  readonly glyph: 'inject' | 'undo' | 'down' | 'up' | 'gate' | 'stop' | 'note'
  readonly title: string
  readonly detail: string
  readonly logs: readonly ReportLog[]
  /** Lines within reach of the event that are not shown, because the report is bounded. */
  readonly logsLeftOut: number
}

export interface ReportLog {
  readonly t: number
  readonly service: string
  readonly stream: 'out' | 'err'
  readonly line: string
}

export interface Plot {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly about: string
  readonly group: 'users' | 'signal'
  readonly lines: readonly PlotLine[]
  readonly limits: readonly { readonly gate: string; readonly value: number; readonly breach: Beyond }[]
  /** Smallest and largest value of the first line in the baseline. */
  readonly band: { readonly low: number; readonly high: number; readonly mean: number } | undefined
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly why: string }[]
}

/** `values[i]` at `times[i]`; undefined where nothing was measured, so that a gap stays one. */
export interface PlotLine {
  readonly name: string
  readonly role: 'main' | 'second' | 'third' | 'asked'
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
}

/** What users felt in one part of the run. Latencies in milliseconds. */
export interface Phase {
  readonly name: 'baseline' | 'under fault' | 'recovery'
  readonly from: number
  readonly to: number
  readonly asked: number
  readonly ok: number
  readonly failed: Readonly<Record<string, number>>
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
  readonly signals: readonly {
    readonly name: string
    readonly unit: string
    readonly median: number
    readonly p95: number
    readonly worst: number
    readonly readings: number
  }[]
}

export interface Recovery {
  /** Each in milliseconds since the first injection (detect), the detection (mitigate) and the revert (recover). */
  readonly steps: readonly { readonly name: 'detect' | 'mitigate' | 'recover'; readonly ms: number | undefined; readonly how: string }[]
  readonly signals: readonly { readonly signal: string; readonly ms: number | undefined; readonly detail: string }[]
  readonly services: readonly { readonly service: string; readonly downMs: number; readonly exits: number; readonly back: boolean }[]
}

/** What moved most against the baseline. Descriptive: no test, no claim of cause. */
export interface Moved {
  readonly note: string
  readonly ranked: readonly {
    readonly name: string
    readonly unit: string
    /** Median of the baseline, median and worst under fault. */
    readonly before: number
    readonly during: number
    readonly worst: number
    /** Shift of the median in scaled MADs of the baseline. */
    readonly effect: number
    readonly points: readonly [number, number]
  }[]
}

export interface Back {
  readonly tone: Tone
  readonly sentence: string
  readonly acts: readonly {
    readonly act: string
    readonly target: string
    readonly stage: number
    readonly injectedAt: number | undefined
    readonly goneAt: number | undefined
    readonly state: string
    readonly detail: string
  }[]
  readonly residue: readonly { readonly when: string; readonly residue: Residue }[]
  readonly invariants: readonly { readonly name: string; readonly held: boolean; readonly detail: string }[]
  readonly snapshots: readonly { readonly what: string; readonly detail: string }[]
  readonly walls: readonly Wall[]
  readonly weaker: readonly string[]
  readonly preflight: readonly CheckLine[]
}

export interface Provenance {
  readonly facts: readonly { readonly label: string; readonly text: string; readonly code: boolean }[]
  readonly replay: string
  readonly verify: string
}
