import { type Lane, type LaneGroup, type ReportModel, relativeText, type Span } from '@safechaos/core'
import { timeScale } from './axis.ts'
import { type Html, html } from './html.ts'
import { eventGlyph } from './icon.ts'
import { serviceClass } from './palette.ts'

const GROUP_TITLE = { run: 'Run', ramp: '', fault: 'Fault', service: 'Services', gate: 'Gates' } as const satisfies Record<LaneGroup, string>
const LANE_HEIGHT = 20
/** Height and top of a service's bar: up is whole, starting is low, down is an empty box. */
const SERVICE_BAR = { full: [10, 5], half: [4, 11], none: [16, 2] } as const satisfies Record<Span['level'], readonly [number, number]>

/** A share of the width as a percentage for a style attribute. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(3))}%`

/** The lanes of the clock, with a title before the first of each group. */
export function laneRows({ clock }: ReportModel): Html[] {
  return clock.lanes.map((lane, index) => {
    const title = lane.group === clock.lanes[index - 1]?.group ? '' : GROUP_TITLE[lane.group]
    return html`${title !== '' && html`<div class="group">${title}</div>`}${laneRow(lane, clock)}`
  })
}

function laneRow(lane: Lane, clock: ReportModel['clock']): Html {
  const x = timeScale(clock.from, clock.to)
  const shown = lane.spans.filter(({ from, to }) => to > clock.from && from < clock.to)
  return html`<div class="row lane">
<div class="label ${lane.colour === undefined ? '' : serviceClass(lane.colour)}">${lane.colour !== undefined && html`<span class="swatch"></span>`}<span class="name" title="${lane.label}">${lane.label}</span><span class="at" data-row="${lane.id}"></span></div>
<div class="area"><svg class="draw ${lane.colour === undefined ? '' : serviceClass(lane.colour)}" viewBox="0 0 1000 ${LANE_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${laneSpoken(lane)}">${faultShade(clock, LANE_HEIGHT)}${shown.map((span) => bar(span, lane, x))}${stopLine(clock, LANE_HEIGHT)}</svg>${shown.map((span) => word(span, lane, x))}${pins(lane, clock, x)}</div></div>`
}

/** The fault's time as a shaded band with an edge at its start. */
export function faultShade({ fault, from, to }: ReportModel['clock'], height: number): Html | undefined {
  if (fault === undefined) return undefined
  const x = timeScale(from, to)
  const [left, right] = [x(fault.from) * 1000, x(fault.to) * 1000]
  return html`<rect class="shade" x="${left.toFixed(2)}" y="0" width="${Math.max(1, right - left).toFixed(2)}" height="${height}"/><path class="edge" d="M${left.toFixed(2)} 0V${height}"/>`
}

/** The instant at which the run was stopped. */
export function stopLine({ stop, from, to }: ReportModel['clock'], height: number): Html | undefined {
  if (stop === undefined) return undefined
  return html`<path class="stopline" d="M${(timeScale(from, to)(stop.t) * 1000).toFixed(2)} 0V${height}"/>`
}

/** Height says how much of the state there is; hatching says that there is none. */
function bar(span: Span, lane: Lane, x: (t: number) => number): Html {
  const left = x(span.from) * 1000
  const width = Math.max(0.6, x(span.to) * 1000 - left)
  const [height, y] = lane.group === 'service' ? SERVICE_BAR[span.level] : span.level === 'half' ? [6, 7] : [16, 2]
  const planned = (lane.group === 'run' || lane.group === 'ramp') && span.tone === 'bad' ? 'wash' : ''
  const colour =
    span.level === 'none'
      ? `none ${span.tone}`
      : lane.group === 'service' && span.tone !== 'unsure'
        ? `own${span.level === 'half' ? ' dim' : ''}`
        : planned || span.tone
  return html`<rect class="bar ${colour}" x="${left.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${height}"><title>${span.word}, ${relativeText(span.from)} to ${relativeText(span.to)}${span.detail !== '' && `: ${span.detail}`}</title></rect>`
}

/** The state in words, shown where it fits. A long `up` needs none: a full bar is the ordinary case. */
function word(span: Span, lane: Lane, x: (t: number) => number): Html | undefined {
  if (lane.group === 'service' && span.level === 'full') return undefined
  if (lane.group === 'gate' && span.tone === 'good') return undefined
  const size = span.word.length > 10 ? 'l' : span.word.length > 4 ? 'm' : 's'
  const filled = span.level === 'full' && span.tone === 'bad' && lane.group !== 'run' && lane.group !== 'ramp'
  const left = x(span.from)
  return html`<span class="state ${filled ? 'on' : ''}" style="left:${percent(left)};width:${percent(x(span.to) - left)}" aria-hidden="true"><i class="${size}">${span.word}</i></span>`
}

function pins(lane: Lane, clock: ReportModel['clock'], x: (t: number) => number): Html[] {
  return clock.events
    .filter((event) => event.lane === lane.id && event.t >= clock.from && event.t <= clock.to)
    .map(
      (event) =>
        html`<a class="pin" href="#${event.id}" style="left:${percent(x(event.t))}" title="${relativeText(event.t)}: ${event.title}" aria-label="${relativeText(event.t)}: ${event.title}. Show log lines">${eventGlyph(event.glyph)}</a>`,
    )
}

const laneSpoken = ({ label, spans }: Lane): string =>
  `${label}: ${spans
    .slice(0, 12)
    .map(({ word, from }) => `${word} from ${relativeText(from)}`)
    .join(', ')}${spans.length > 12 ? ', and more' : ''}`
