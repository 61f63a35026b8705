import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import type { Plan } from '../plan/plan.ts'
import type { NoReading, Reading, Sample } from '../signals/sample.ts'
import { durationText } from '../units.ts'
import { errorRatio, type LoadSecond } from './load-seconds.ts'
import type { Plot, PlotLine } from './report-model.ts'

/** More points than this are thinned; of each thinned group the smallest and the largest stay, so that no spike is smoothed away. */
const POINTS_AT_MOST = 1200
/** A hole between readings longer than this many intervals is a gap. */
const GAP_INTERVALS = 2.5

export interface PlotContext {
  readonly plan: Plan | undefined
  readonly seconds: readonly LoadSecond[]
  readonly samples: readonly Sample[]
  readonly since: (at: number) => number
  /** The baseline, in milliseconds since zero. */
  readonly baseline: { readonly from: number; readonly to: number } | undefined
}

/** All plots: what users asked and got, how long it took, then each signal. */
export function plots(context: PlotContext): Plot[] {
  return [...(context.seconds.length === 0 ? [] : loadPlots(context)), ...signalsOf(context).flatMap((signal) => signalPlot(signal, context))]
}

/** The signals of the plan, and those that left samples without being in it. */
export function signalsOf({
  plan,
  samples,
}: Pick<PlotContext, 'plan' | 'samples'>): { readonly name: string; readonly unit: string; readonly everyMs: number; readonly about: string }[] {
  const known = (plan?.signals ?? []).map((spec) => ({ name: spec.name, unit: spec.unit, everyMs: spec.everyMs, about: signalText(spec) }))
  const names = new Set(known.map(({ name }) => name))
  for (const sample of samples) {
    if (sample.kind === 'load' || names.has(sample.signal)) continue
    names.add(sample.signal)
    known.push({
      name: sample.signal,
      unit: sample.signal.startsWith('invariant:') ? 'up' : '',
      everyMs: 1000,
      about: 'not in the plan; read when it was needed',
    })
  }
  return known
}

function loadPlots({ plan, seconds, baseline }: PlotContext): Plot[] {
  const line = (name: string, role: PlotLine['role'], value: (second: LoadSecond) => number | undefined): PlotLine =>
    withGaps(name, role, seconds, value)
  const perSecond = (count: number, { coveredMs }: LoadSecond) => (count * 1000) / Math.max(1, coveredMs)
  const gaps = gapsBetween(
    seconds.map(({ t }) => t),
    1000,
    'no load was measured',
  )
  const make = (id: string, title: string, unit: string, about: string, lines: readonly PlotLine[], limits: readonly GateSpec[]): Plot => ({
    id,
    title,
    unit,
    about,
    group: 'users',
    lines,
    limits: limits.map(({ name, limit, breach }) => ({ gate: name, value: limit, breach })),
    band: bandOf(lines[0], baseline),
    gaps,
  })
  const gated = (...loads: readonly string[]) => (plan?.gates ?? []).filter(({ input }) => 'load' in input && loads.includes(input.load))
  return [
    make(
      'errors',
      'Failed requests',
      'ratio',
      'share of the requests of each second that failed or timed out',
      [line('failed', 'main', errorRatio)],
      gated('errorRatio'),
    ),
    make(
      'latency',
      'Latency',
      'ms',
      'from the scheduled send to the end of the answer, time-outs included',
      [line('p95', 'main', ({ p95 }) => p95), line('p50', 'second', ({ p50 }) => p50), line('p99', 'third', ({ p99 }) => p99)],
      gated('p50', 'p95', 'p99'),
    ),
    make(
      'requests',
      'Requests',
      '/s',
      'by scheduled second: a late answer never delays the next request',
      [
        line('ok', 'main', (second) => perSecond(second.ok, second)),
        line('failed', 'second', (second) => perSecond(second.failures, second)),
        line('asked', 'asked', (second) => perSecond(second.scheduled, second)),
      ],
      gated('okRate'),
    ),
  ]
}

/** A line with an explicit hole wherever a second is missing. */
function withGaps(name: string, role: PlotLine['role'], seconds: readonly LoadSecond[], value: (second: LoadSecond) => number | undefined): PlotLine {
  const times: number[] = []
  const values: (number | null)[] = []
  for (const [index, second] of seconds.entries()) {
    const before = seconds[index - 1]
    if (before !== undefined && second.t - before.t > 1500) {
      times.push(before.t + 1000)
      values.push(null)
    }
    times.push(second.t + 500)
    values.push(value(second) ?? null)
  }
  return { name, role, times, values }
}

function signalPlot({ name, unit, everyMs, about }: ReturnType<typeof signalsOf>[number], { plan, samples, since, baseline }: PlotContext): Plot[] {
  const mine = samples.filter((sample): sample is Reading | NoReading => sample.kind !== 'load' && sample.signal === name).sort((a, b) => a.at - b.at)
  if (mine.length === 0) return []
  const line = signalLine(name, mine, everyMs, since)
  return [
    {
      id: `signal-${name}`,
      title: name,
      unit,
      about,
      group: 'signal',
      lines: [line],
      limits: (plan?.gates ?? [])
        .filter(({ input }) => 'signal' in input && input.signal === name)
        .map((gate) => ({ gate: gate.name, value: gate.limit, breach: gate.breach })),
      band: bandOf(line, baseline),
      gaps: signalGaps(mine, everyMs, since),
    },
  ]
}

function signalLine(name: string, samples: readonly (Reading | NoReading)[], everyMs: number, since: (at: number) => number): PlotLine {
  const times: number[] = []
  const values: (number | null)[] = []
  const push = (at: number, value: number | null) => {
    times.push(since(at))
    values.push(value)
  }
  let before: number | undefined
  for (const sample of samples) {
    if (before !== undefined && sample.at - before > everyMs * GAP_INTERVALS) push(before + everyMs, null)
    push(sample.at, sample.kind === 'reading' && Number.isFinite(sample.value) ? sample.value : null)
    before = sample.at
  }
  return thin({ name, role: 'main', times, values })
}

function signalGaps(samples: readonly (Reading | NoReading)[], everyMs: number, since: (at: number) => number): Plot['gaps'] {
  const gaps: { from: number; to: number; why: string }[] = []
  let before: Reading | NoReading | undefined
  for (const sample of samples) {
    const at = since(sample.at)
    const last = gaps.at(-1)
    const late = before !== undefined && sample.at - before.at > everyMs * GAP_INTERVALS
    if (before?.kind === 'no-reading' && last !== undefined) gaps[gaps.length - 1] = { ...last, to: at }
    else if (late || sample.kind === 'no-reading')
      gaps.push({
        from: before === undefined ? at : since(before.at),
        to: at,
        why: sample.kind === 'no-reading' ? `${sample.reason}: ${sample.detail}` : 'no sample arrived',
      })
    before = sample
  }
  return gaps
}

function gapsBetween(times: readonly number[], stepMs: number, why: string): Plot['gaps'] {
  return times.flatMap((t, index) => {
    const next = times[index + 1]
    return next !== undefined && next - t > stepMs * 1.5 ? [{ from: t + stepMs, to: next, why }] : []
  })
}

function bandOf(line: PlotLine | undefined, baseline: PlotContext['baseline']): Plot['band'] {
  if (line === undefined || baseline === undefined) return undefined
  const values = line.values.filter(
    (value, index): value is number => value !== null && (line.times[index] ?? 0) >= baseline.from && (line.times[index] ?? 0) < baseline.to,
  )
  if (values.length < 3) return undefined
  return { low: Math.min(...values), high: Math.max(...values), mean: values.reduce((sum, value) => sum + value, 0) / values.length }
}

function thin(line: PlotLine): PlotLine {
  const group = Math.ceil((2 * line.times.length) / POINTS_AT_MOST)
  if (line.times.length <= POINTS_AT_MOST) return line
  const keep: number[] = []
  for (let start = 0; start < line.times.length; start += group) {
    const members = Array.from({ length: Math.min(group, line.times.length - start) }, (_, index) => start + index)
    const known = members.filter((index) => line.values[index] !== null)
    const hole = members.find((index) => line.values[index] === null)
    const by = (a: number, b: number) => (line.values[a] ?? 0) - (line.values[b] ?? 0)
    const sorted = [...known].sort(by)
    keep.push(...new Set([sorted[0], sorted.at(-1), hole].filter((index) => index !== undefined)))
  }
  keep.sort((a, b) => a - b)
  return { ...line, times: keep.map((index) => line.times[index] ?? 0), values: keep.map((index) => line.values[index] ?? null) }
}

function signalText(spec: SignalSpec): string {
  const every = `, every ${durationText(spec.everyMs)}`
  switch (spec.from) {
    case 'metrics':
      return `${spec.metric} of ${spec.url}${every}`
    case 'http':
      return `GET ${spec.url} answers 2xx or 3xx within ${durationText(spec.timeoutMs)}${every}`
    case 'tcp':
      return `${spec.host}:${spec.port} accepts within ${durationText(spec.timeoutMs)}${every}`
    case 'stats':
      return `${spec.stat} of ${spec.service}, from /proc${every}`
    case 'logs':
      return `lines of ${spec.service} with ${JSON.stringify(spec.text)}, per second${every}`
    default:
      throw new TypeError(`unhandled signal: ${JSON.stringify(spec satisfies never)}`)
  }
}
