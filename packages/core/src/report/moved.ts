import type { Moved, Plot } from './report-model.ts'
import { quantile, scaledMad } from './statistics.ts'

/** Fewer points than this on either side say nothing. */
const POINTS_NEEDED = 4
/** How many are told. */
const SHOWN = 8
/** A baseline that did not vary at all would make every change infinite; this share of its middle is the least spread that is assumed. */
const LEAST_SPREAD = 0.02
/** The same for a middle of zero, by unit. */
const LEAST_STEP: Readonly<Record<string, number>> = { ratio: 0.005, ms: 1, s: 0.05, '/s': 0.5, up: 0.05, bytes: 65_536, cores: 0.01 }

/** Of an empty ranking: a spike in few readings leaves the median where it was. */
export const NOTHING_MOVED = 'No median moved by more than the spread of its own baseline, or there was too little to compare.'

/** Ranks every plotted line by how far its middle moved under fault, in spreads of its own baseline. Describes; tests nothing. */
export function whatMoved(plots: readonly Plot[], parts: readonly { readonly name: string; readonly from: number; readonly to: number }[]): Moved {
  const baseline = parts.find(({ name }) => name === 'baseline')
  const fault = parts.find(({ name }) => name === 'under fault')
  if (baseline === undefined || fault === undefined) return { note: 'Nothing to compare: there is no baseline, or no time under fault.', ranked: [] }
  const ranked = plots
    .filter(({ id }) => id !== 'requests')
    .flatMap((plot) => plot.lines.flatMap((line) => shiftOf(plot, line, baseline, fault)))
    .filter(({ effect }) => Math.abs(effect) >= 1)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .slice(0, SHOWN)
  const note =
    'Ranked by how far the median moved under fault, in scaled median absolute deviations (MAD) of the baseline. It describes this one run: no significance is tested, and a short baseline makes spreads look small.'
  return { note, ranked }
}

type Part = { readonly from: number; readonly to: number }

function shiftOf(plot: Plot, line: Plot['lines'][number], baseline: Part, fault: Part): Moved['ranked'] {
  const within = ({ from, to }: Part) =>
    line.values.filter((value, index): value is number => value !== null && (line.times[index] ?? 0) >= from && (line.times[index] ?? 0) < to)
  const [calm, hurt] = [within(baseline), within(fault)]
  const [before, during, mad] = [quantile(calm, 0.5), quantile(hurt, 0.5), scaledMad(calm)]
  if (before === undefined || during === undefined || mad === undefined || calm.length < POINTS_NEEDED || hurt.length < POINTS_NEEDED) return []
  const spread = Math.max(mad, Math.max(Math.abs(before), Math.abs(during)) * LEAST_SPREAD, LEAST_STEP[plot.unit] ?? Number.EPSILON)
  const [low, high] = [Math.min(...hurt), Math.max(...hurt)]
  const worst = Math.abs(high - before) >= Math.abs(before - low) ? high : low
  const name = plot.lines.length === 1 ? plot.title : `${plot.title}, ${line.name}`
  return [{ name, unit: plot.unit, before, during, worst, effect: (during - before) / spread, points: [calm.length, hurt.length] }]
}
