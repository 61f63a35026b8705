import { type Plot, type PlotLine, quantity, quantityRange, relativeText, type ReportModel } from '@safechaos/core'
import { timeScale, type ValueAxis, valueAxis } from './axis.ts'
import { type Html, html } from './html.ts'
import { faultShade, percent, stopLine } from './lane-html.ts'

const HEIGHT = 100

/** One plot on the shared clock: what it shows, its value axis, its lines with gaps left open. */
export function plotRow(plot: Plot, clock: ReportModel['clock']): Html {
  const x = timeScale(clock.from, clock.to)
  const known = plot.lines.flatMap(({ values }) => values.filter((value) => value !== null))
  const axis = valueAxis(
    known,
    plot.limits.map(({ value }) => value),
    plot.unit,
  )
  return html`<div class="row plot ${plot.unit === 'up' ? 'low' : ''}">
<div class="label"><h3>${plot.title}</h3><ul class="legend">${plot.lines.map((line) => legendLine(line, plot))}${plot.band !== undefined && bandLegend(plot)}${axis.low > 0 && html`<li>axis starts at ${quantity(axis.low, plot.unit)}</li>`}</ul></div>
<div class="gut">${axis.ticks.map((tick) => html`<span class="y" style="top:${percent(axis.y(tick))}">${tickText(tick, plot.unit)}</span>`)}</div>
<div class="area"><svg class="draw" viewBox="0 0 1000 ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${spoken(plot)}"><title>${plot.title}: ${plot.about}</title>
${axis.ticks.map((tick) => html`<path class="grid" d="M0 ${y(axis, tick)}H1000"/>`)}${faultShade(clock, HEIGHT)}${band(plot, axis)}${plot.gaps.map((gap) => gapShade(gap, x))}${limits(plot, axis)}${[...plot.lines].reverse().map((line) => html`<path class="ln ${line.role}" d="${linePath(line, x, axis, plot.unit === 'up')}"/>`)}${stopLine(clock, HEIGHT)}</svg>${limitNames(plot, axis)}${plot.gaps.map((gap) => gapName(gap, x))}</div></div>`
}

/** An SVG path; a missing value lifts the pen, and a lonely point becomes a dot. */
export function linePath({ times, values }: PlotLine, x: (t: number) => number, axis: ValueAxis, steps = false): string {
  let path = ''
  let pen: 'up' | 'one' | 'down' = 'up'
  for (const [index, value] of values.entries()) {
    if (value === null) {
      if (pen === 'one') path += 'h0'
      pen = 'up'
      continue
    }
    const point = (x(times[index] ?? 0) * 1000).toFixed(2)
    const height = y(axis, value)
    path += pen === 'up' ? `M${point} ${height}` : steps ? `H${point}V${height}` : `L${point} ${height}`
    pen = pen === 'up' ? 'one' : 'down'
  }
  return pen === 'one' ? `${path}h0` : path
}

const y = (axis: ValueAxis, value: number): string => (axis.y(value) * HEIGHT).toFixed(2)

function band({ band: range }: Plot, axis: ValueAxis): Html | undefined {
  if (range === undefined) return undefined
  const top = axis.y(range.high) * HEIGHT
  return html`<rect class="band" x="0" y="${top.toFixed(2)}" width="1000" height="${Math.max(1, axis.y(range.low) * HEIGHT - top).toFixed(2)}"/>`
}

const onPlot = (axis: ValueAxis, value: number): boolean => value <= axis.high && value >= axis.low

const limits = ({ limits: all }: Plot, axis: ValueAxis): Html[] =>
  all.filter(({ value }) => onPlot(axis, value)).map(({ value }) => html`<path class="limit" d="M0 ${y(axis, value)}H1000"/>`)

function limitNames({ limits: all, unit }: Plot, axis: ValueAxis): Html[] {
  return all.map(({ value, breach }) => {
    const low = isLower(breach)
    if (!onPlot(axis, value))
      return html`<span class="limit-name below" style="top:0">limit ${quantity(value, unit)}, ${value > axis.high ? 'above' : 'below'} this plot</span>`
    return html`<span class="limit-name ${low || axis.y(value) < 0.14 ? 'below' : ''}" style="top:${percent(axis.y(value))}">${low ? 'lower limit' : 'limit'} ${quantity(value, unit)}</span>`
  })
}

function gapShade(gap: Plot['gaps'][number], x: (t: number) => number): Html {
  const left = x(gap.from) * 1000
  return html`<rect class="gap" x="${left.toFixed(2)}" y="0" width="${Math.max(1, x(gap.to) * 1000 - left).toFixed(2)}" height="${HEIGHT}"><title>no data from ${relativeText(gap.from)} to ${relativeText(gap.to)}: ${gap.why}</title></rect>`
}

function gapName(gap: Plot['gaps'][number], x: (t: number) => number): Html {
  const left = x(gap.from)
  return html`<span class="state" style="left:${percent(left)};width:${percent(x(gap.to) - left)}" title="${gap.why}"><i class="m">no data</i></span>`
}

function legendLine(line: PlotLine, plot: Plot): Html {
  return html`<li><svg viewBox="0 0 20 8" aria-hidden="true"><path class="ln ${line.role}" d="M0 4H20"/></svg>${line.name}<b data-row="${rowId(plot, line)}">${atRest(line, plot)}</b></li>`
}

function bandLegend({ band: range, unit }: Plot): Html | undefined {
  if (range === undefined) return undefined
  return html`<li><svg viewBox="0 0 20 8" aria-hidden="true"><rect class="band" width="20" height="8"/></svg>before<b>${quantityRange(range.low, range.high, unit)}</b></li>`
}

/** What stands in the legend while there is no cursor: the extreme that matters. */
function atRest({ values, role }: PlotLine, { unit, group, limits: gated }: Plot): string {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return 'no data'
  if (unit === 'up') return `lowest ${quantity(Math.min(...known), unit)}`
  const low = group === 'users' ? unit === '/s' && role !== 'second' : gated.length > 0 && gated.every(({ breach }) => isLower(breach))
  return low ? `min ${quantity(Math.min(...known), unit)}` : `max ${quantity(Math.max(...known), unit)}`
}

const isLower = (breach: Plot['limits'][number]['breach']): boolean => breach === 'below' || breach === 'at-or-below'

/** A tick without a unit that stands once in every value beside it, but with it where scales change (bytes). */
const tickText = (tick: number, unit: string): string => quantity(tick, unit)

const spoken = (plot: Plot): string =>
  `${plot.title}. ${plot.lines.map((line) => `${line.name} ${atRest(line, plot)}`).join(', ')}. ${plot.limits.map(({ value }) => `limit ${quantity(value, plot.unit)}`).join(', ')}`

/** Names one line of one plot in the page's data. */
export const rowId = (plot: Plot, line: PlotLine): string => `${plot.id}:${line.name}`
