import { quantity, relativeText, type ReportModel } from '@safechaos/core'
import { ticks, timeScale } from './axis.ts'
import { Html, html, jsonData } from './html.ts'
import { laneRows, percent } from './lane-html.ts'
import { plotRow, rowId } from './plot-html.ts'

/** Patterns that say "nothing there" without colour; used by every drawing of the page. */
export const PATTERNS = new Html(
  `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${['bad', 'unsure', 'calm']
    .map(
      (tone) =>
        `<pattern id="hatch-${tone}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="7" style="fill:var(--${tone}-fill);opacity:.55"/></pattern>`,
    )
    .join('')}</defs></svg>`,
)

/** Everything on one clock: lanes, plots, a shared cursor, and pins that lead to log lines. */
export function clockSection(model: ReportModel): Html {
  const { clock, plots } = model
  const hint = 'Hover, or focus the clock and use the arrow keys, to read values. Marks on the lanes lead to the log lines around them.'
  return html`<section aria-labelledby="clock-title"><h2 id="clock-title">One clock</h2>
<p class="lead">Seconds from the ${model.zeroIs}, which was at ${instant(model.zero)}.</p>
<div class="clock" id="clock">
<div id="cursor" class="now" role="slider" tabindex="0" aria-label="Position on the clock, in seconds" aria-valuemin="${(clock.from / 1000).toFixed(1)}" aria-valuemax="${(clock.to / 1000).toFixed(1)}" aria-valuenow="0"><span id="now">${hint}</span></div>
${marks(clock)}${laneRows(model)}${timeAxis(clock)}
${plots.length > 0 && html`<div class="group">What users felt, and what the signals said</div>`}${plots.map((plot) => plotRow(plot, clock))}${plots.length > 0 && timeAxis(clock)}
</div>${plots.length === 0 && html`<p class="hint">No sample was recorded, so there is nothing to plot.${model.charter.facts.every(({ label }) => label !== 'Load') && html` Add <code>load</code> or <code>signals</code> to the charter.`}</p>`}
${jsonData('clock-data', clockData(model))}</section>`
}

/** An instant with its zone, for people. */
export const instant = (at: number): string => `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`

function marks(clock: ReportModel['clock']): Html | undefined {
  const { fault, stop } = clock
  if (fault === undefined && stop === undefined) return undefined
  const x = timeScale(clock.from, clock.to)
  const late = stop !== undefined && x(stop.t) > 0.55
  return html`<div class="row marks"><div class="label"></div><div class="gut"></div><div class="area"><svg class="draw" aria-hidden="true"></svg>${fault !== undefined && html`<span class="flag fault" style="left:${percent(x(fault.from))}" title="${relativeText(fault.from)} to ${relativeText(fault.to)}">fault: ${fault.label}</span>`}${stop !== undefined && html`<span class="flag stop ${late ? 'left' : ''}" style="left:${percent(x(stop.t))}" title="${relativeText(stop.t)}">${stop.label}</span>`}</div></div>`
}

function timeAxis({ from, to }: ReportModel['clock']): Html {
  const x = timeScale(from, to)
  const all = ticks(from / 1000, to / 1000, 9)
  return html`<div class="row axis"><div class="label"></div><div class="gut"></div><div class="area">${all.map((second, index) => {
    const share = x(second * 1000)
    return share > 0.985 || share < 0.01
      ? undefined
      : html`<span class="tick ${second === 0 ? 'zero' : index % 2 === all.indexOf(0) % 2 ? '' : 'minor'}" style="left:${percent(share)}">${relativeText(second * 1000)}</span>`
  })}</div></div>`
}

/** What the page's script reads: texts are made here, so that the browser formats nothing. */
function clockData({ clock, plots, zero }: ReportModel): unknown {
  return {
    from: clock.from,
    to: clock.to,
    zero,
    rows: [
      ...clock.lanes.map(({ id, label, spans, group }) => ({
        id,
        spoken: group === 'gate' || group === 'run' ? label : '',
        spans: spans.map(({ from, to, word }) => [Math.round(from), Math.round(to), word]),
      })),
      ...plots.flatMap((plot) =>
        plot.lines.map((line) => ({
          id: rowId(plot, line),
          spoken: line.role === 'main' ? plot.title : '',
          reach: reachOf(line.times),
          times: line.times.map(Math.round),
          texts: line.values.map((value) => (value === null ? 'no data' : quantity(value, plot.unit))),
        })),
      ),
    ],
  }
}

/** How far from a point its value still counts: half again the usual distance between points. */
function reachOf(times: readonly number[]): number {
  const steps = times
    .slice(1)
    .map((t, index) => t - (times[index] ?? 0))
    .sort((a, b) => a - b)
  return Math.round((steps[Math.floor(steps.length / 2)] ?? 1000) * 1.5)
}
