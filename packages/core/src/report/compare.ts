import { canonicalJson, type Json } from '../canonical.ts'
import { counted } from '../counted.ts'
import type { LedgerRecord } from '../ledger/record.ts'
import type { Plan } from '../plan/plan.ts'
import { foldRun, type RunView } from '../run/run-view.ts'
import type { LoadSlice, Reading, Sample } from '../signals/sample.ts'
import { errorRatio, sumSlices } from './load-seconds.ts'
import { signalsOf } from './plots.ts'
import { quantileOfSorted } from './statistics.ts'

/** One run as it is compared: its records and its samples. */
export interface ComparedRun {
  readonly records: readonly LedgerRecord[]
  readonly samples: readonly Sample[]
}

/** Two runs of the same fault, number by number, over the same seconds after the first injection. */
export interface RunComparison {
  readonly a: RunBrief
  readonly b: RunBrief
  /** The seconds compared, in milliseconds after each run's first injection; undefined if one of them never injected. */
  readonly window: { readonly from: 0; readonly to: number } | undefined
  /** What differs in what was done, so that the numbers are not compared blindly. Empty for a fair comparison. */
  readonly differences: readonly string[]
  readonly rows: readonly ComparedNumber[]
  readonly notes: readonly string[]
}

export interface RunBrief {
  readonly run: string
  readonly name: string
  readonly sentence: string
  /** From the first injection to everything verified gone, in milliseconds. */
  readonly underFaultMs: number | undefined
}

export interface ComparedNumber {
  readonly name: string
  readonly unit: string
  readonly statistic: 'p50' | 'p95' | 'p99' | 'worst' | 'all'
  readonly a: number | undefined
  readonly b: number | undefined
  /** From a to b; undefined where it cannot be said. */
  readonly changePercent: number | undefined
  /** Requests or readings behind each number. */
  readonly points: readonly [number, number]
}

/** Aligns both runs on their first injection and compares the seconds that both lived through: fault and recovery of the shorter one. */
export function compareRuns(first: ComparedRun, second: ComparedRun): RunComparison {
  const views = [foldRun(first.records), foldRun(second.records)] as const
  const spans = views.map(watched)
  const [a, b] = [spans[0], spans[1]]
  const differences = whatDiffers(views[0], views[1])
  if (a === undefined || b === undefined) {
    return {
      a: brief(views[0]),
      b: brief(views[1]),
      window: undefined,
      differences,
      rows: [],
      notes: ['One of the runs never injected, so there are no seconds after an injection to compare.'],
    }
  }
  const to = Math.min(a.to - a.from, b.to - b.from)
  const parts = [within(first.samples, a.from, to), within(second.samples, b.from, to)] as const
  const signals = signalsOf({ plan: views[0].planned?.plan, samples: [] }).filter(({ name }) =>
    parts.every((part) => part.some((sample) => sample.kind === 'reading' && sample.signal === name)),
  )
  return {
    a: brief(views[0]),
    b: brief(views[1]),
    window: { from: 0, to },
    differences,
    rows: [...signals.flatMap(({ name, unit }) => compareSignal(name, unit, parts)), ...compareLoad(parts)],
    notes: notesOn(signals, parts),
  }
}

type Parts = readonly [readonly Sample[], readonly Sample[]]

function watched({ times, stages }: RunView): { readonly from: number; readonly to: number } | undefined {
  const to = times.restoring ?? stages.close.from ?? times.latest
  return times.injected === undefined || to === undefined ? undefined : { from: times.injected, to }
}

const brief = ({ begun, planned, verdict, times }: RunView): RunBrief => ({
  run: begun?.run ?? 'unknown',
  name: planned?.plan.charter.name ?? 'unknown',
  sentence: verdict?.sentence ?? 'no verdict',
  underFaultMs: times.injected === undefined || times.reverted === undefined ? undefined : times.reverted - times.injected,
})

const within = (samples: readonly Sample[], zero: number, to: number): readonly Sample[] =>
  samples.filter((sample) => {
    const t = (sample.kind === 'load' ? (sample.from + sample.to) / 2 : sample.at) - zero
    return t >= 0 && t < to
  })

/** A signal such as the age of the oldest unfinished item counts what is not finished yet, so its p95 does too. */
function compareSignal(name: string, unit: string, parts: Parts): ComparedNumber[] {
  const sorted = parts.map((part) =>
    part
      .filter((sample): sample is Reading => sample.kind === 'reading' && sample.signal === name && Number.isFinite(sample.value))
      .map(({ value }) => value)
      .sort((x, y) => x - y),
  )
  const [a, b] = [sorted[0] ?? [], sorted[1] ?? []]
  const points: [number, number] = [a.length, b.length]
  const row = (statistic: ComparedNumber['statistic'], pick: (values: readonly number[]) => number | undefined) =>
    compared(name, unit, statistic, pick(a), pick(b), points)
  if (unit === 'up') return [row('worst', (values) => values[0])]
  return [
    row('p95', (values) => quantileOfSorted(values, 0.95)),
    row('p50', (values) => quantileOfSorted(values, 0.5)),
    row('worst', (values) => values.at(-1)),
  ]
}

function compareLoad(parts: Parts): ComparedNumber[] {
  const [a, b] = parts.map((part) =>
    sumSlices(
      part.filter((sample): sample is LoadSlice => sample.kind === 'load'),
      0,
    ),
  )
  if (a === undefined || b === undefined || a.scheduled === 0 || b.scheduled === 0) return []
  const points: [number, number] = [a.scheduled, b.scheduled]
  return [
    compared('failed requests', 'ratio', 'all', errorRatio(a), errorRatio(b), points),
    ...(['p50', 'p95', 'p99'] as const).map((statistic) => compared('latency', 'ms', statistic, a[statistic], b[statistic], points)),
  ]
}

const compared = (
  name: string,
  unit: string,
  statistic: ComparedNumber['statistic'],
  a: number | undefined,
  b: number | undefined,
  points: readonly [number, number],
): ComparedNumber => ({
  name,
  unit,
  statistic,
  a,
  b,
  changePercent: a === undefined || b === undefined ? undefined : a === 0 ? (b === 0 ? 0 : undefined) : ((b - a) / Math.abs(a)) * 100,
  points,
})

function whatDiffers(a: RunView, b: RunView): string[] {
  const [left, right] = [a.planned?.plan, b.planned?.plan]
  if (left === undefined || right === undefined) return ['one of the runs has no plan']
  const parts: readonly (readonly [string, (plan: Plan) => unknown])[] = [
    ['the fault', ({ fault }) => fault],
    ['the targets', ({ targets }) => targets],
    ['the ramp', ({ stages }) => stages],
    ['the load', ({ load }) => load],
    ['the containment', ({ containment }) => containment],
  ]
  return parts
    .filter(([, pick]) => canonicalJson((pick(left) ?? null) as Json) !== canonicalJson((pick(right) ?? null) as Json))
    .map(([name]) => `${name} ${name.endsWith('s') ? 'differ' : 'differs'}`)
}

function notesOn(signals: readonly { readonly name: string }[], parts: Parts): string[] {
  const missing = signals.flatMap(({ name }) => {
    const counts = parts.map((part) => part.filter((sample) => sample.kind === 'no-reading' && sample.signal === name).length)
    return counts.some((count) => count > 0)
      ? [`${name}: ${counts[0] ?? 0} and ${counted(counts[1] ?? 0, 'reading')} could not be had and count for nothing.`]
      : []
  })
  return [
    'Both runs are aligned on their first injection; the same seconds of fault and recovery are compared. Signals count items that are still unfinished as they were at each reading.',
    ...missing,
  ]
}
