import type { LoadSlice, Reading, Sample } from '../signals/sample.ts'
import { sumSlices } from './load-seconds.ts'
import { signalsOf, type PlotContext } from './plots.ts'
import type { Phase } from './report-model.ts'
import { quantileOfSorted } from './statistics.ts'

/** The three parts of a run that are compared, in milliseconds since zero. */
export type Parts = readonly { readonly name: Phase['name']; readonly from: number; readonly to: number }[]

/** What users and signals felt in each part; parts in which nothing was measured are left out. */
export function phases(parts: Parts, { samples, plan, since }: Pick<PlotContext, 'samples' | 'plan' | 'since'>): Phase[] {
  return parts.flatMap(({ name, from, to }): Phase[] => {
    const within = (at: number) => since(at) >= from && since(at) < to
    const slices = samples.filter((sample): sample is LoadSlice => sample.kind === 'load' && within((sample.from + sample.to) / 2))
    const signals = signalsOf({ plan, samples }).flatMap((signal) => signalIn(signal, samples, within, plan))
    if (slices.length === 0 && signals.length === 0) return []
    const { scheduled, ok, failed, p50, p95, p99 } = sumSlices(slices, from)
    return [{ name, from, to, asked: scheduled, ok, failed, p50, p95, p99, signals }]
  })
}

/** The worst value is the one on the side of the gate's limit; without a gate, the largest. */
function signalIn(
  { name, unit }: { readonly name: string; readonly unit: string },
  samples: readonly Sample[],
  within: (at: number) => boolean,
  plan: PlotContext['plan'],
): Phase['signals'] {
  const values = samples
    .filter((sample): sample is Reading => sample.kind === 'reading' && sample.signal === name && Number.isFinite(sample.value) && within(sample.at))
    .map(({ value }) => value)
    .sort((a, b) => a - b)
  const [median, p95] = [quantileOfSorted(values, 0.5), quantileOfSorted(values, 0.95)]
  if (median === undefined || p95 === undefined) return []
  const low = unit === 'up' || (plan?.gates ?? []).some(({ input, breach }) => 'signal' in input && input.signal === name && breach.endsWith('below'))
  return [{ name, unit, median, p95, worst: (low ? values[0] : values.at(-1)) ?? median, readings: values.length }]
}
