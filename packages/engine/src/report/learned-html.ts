import {
  counted,
  durationText,
  isOrAre,
  NOTHING_MOVED,
  type Phase,
  quantity,
  relativeText,
  type ReportEvent,
  type ReportLog,
  type ReportModel,
} from '@safechaos/core'
import { type Html, html } from './html.ts'
import { serviceClass } from './palette.ts'

/** What users felt, part by part of the run. */
export function feltSection({ felt, charter }: ReportModel): Html {
  const signals = felt[0]?.signals ?? felt.at(-1)?.signals ?? []
  const cells = (pick: (phase: Phase) => string) => felt.map((phase) => html`<td class="n">${pick(phase)}</td>`)
  const latency = (value: number | undefined) => (value === undefined ? '–' : quantity(value, 'ms'))
  if (felt.length === 0)
    return section(
      'felt',
      'What users felt',
      html`<p class="empty">Nothing was measured${charter.facts.some(({ label }) => label === 'Load') ? ' before the run ended.' : html`. Give the charter a <code>load</code>, and this table fills itself.`}</p>`,
    )
  return section(
    'felt',
    'What users felt',
    html`<div class="card scroll"><table><thead><tr><th></th>${felt.map(({ name, from, to }) => html`<th class="n" scope="col">${name}<br><span class="soft">${durationText(to - from)}</span></th>`)}</tr></thead><tbody>
${
  felt.some(({ asked }) => asked > 0) &&
  html`<tr><th scope="row">requests asked</th>${cells(({ asked }) => String(asked))}</tr>
<tr><th scope="row">answered well</th>${cells(({ ok, asked }) => (asked === 0 ? '–' : quantity(ok / asked, 'ratio')))}</tr>
<tr><th scope="row">failed</th>${cells(
    ({ failed }) =>
      Object.entries(failed)
        .map(([why, count]) => `${count} × ${why}`)
        .join(', ') || 'none',
  )}</tr>
<tr><th scope="row">latency p50</th>${cells(({ p50 }) => latency(p50))}</tr><tr><th scope="row">latency p95</th>${cells(({ p95 }) => latency(p95))}</tr><tr><th scope="row">latency p99</th>${cells(({ p99 }) => latency(p99))}</tr>`
}
${signals.map(({ name, unit }) => html`<tr><th scope="row">${name}, median and worst</th>${cells((phase) => signalText(phase, name, unit))}</tr>`)}</tbody></table></div>`,
  )
}

function signalText(phase: Phase, name: string, unit: string): string {
  const found = phase.signals.find((signal) => signal.name === name)
  if (found === undefined) return 'no data'
  const [median, worst] = [quantity(found.median, unit), quantity(found.worst, unit)]
  return median === worst ? median : `${median}, ${worst}`
}

/** Detect, mitigate, recover: how long, and how it was found. */
export function recoverySection({ recovery, zeroIs }: ReportModel): Html {
  if (zeroIs !== 'first injection')
    return section('recovery', 'How fast it recovered', html`<p class="empty">Nothing was injected, so there was nothing to recover from.</p>`)
  return section(
    'recovery',
    'How fast it recovered',
    html`<ol class="steps">${recovery.steps.map(({ name, ms, how }) => html`<li><div class="n">${name}</div><div class="big">${ms === undefined ? 'not seen' : durationText(ms)}</div><div class="how">${how}</div></li>`)}</ol>
${
  recovery.services.length + recovery.signals.length > 0 &&
  html`<div class="card scroll"><table><thead><tr><th>what</th><th class="n">away for</th><th>how it is known</th></tr></thead><tbody>${recovery.signals.map(
    ({ signal, ms, detail }) =>
      html`<tr><th scope="row">${signal}</th><td class="n">${ms === undefined ? 'not back' : `${durationText(ms)} after the revert`}</td><td>${detail}</td></tr>`,
  )}${recovery.services.map(
    ({ service, downMs, exits, back }) =>
      html`<tr><th scope="row">${service}</th><td class="n">${durationText(downMs)} down</td><td>ended ${counted(exits, 'time')}; ${back ? 'up again' : 'not back'} before the run was closed</td></tr>`,
  )}</tbody></table></div>`
}`,
  )
}

/** What moved most, ranked; descriptive. */
export function movedSection({ moved, zeroIs }: ReportModel): Html | undefined {
  if (zeroIs !== 'first injection') return undefined
  const most = Math.max(1, ...moved.ranked.map(({ effect }) => Math.abs(effect)))
  const body =
    moved.ranked.length === 0
      ? html`<p class="empty">${NOTHING_MOVED}</p>`
      : html`<div class="card scroll"><table><thead><tr><th>number</th><th class="n">median before</th><th class="n">median under fault</th><th class="n">farthest</th><th class="n">shift, in MADs</th><th class="n">points</th></tr></thead><tbody>${moved.ranked.map(
          ({ name, unit, before, during, worst, effect, points }) =>
            html`<tr><th scope="row">${name}</th><td class="n">${quantity(before, unit)}</td><td class="n">${quantity(during, unit)}</td><td class="n">${quantity(worst, unit)}</td><td class="n"><span class="effect"><i style="width:${Math.max(3, Math.round((Math.abs(effect) / most) * 90))}px"></i>${effect > 0 ? '▲' : '▼'} ${Math.abs(effect).toFixed(1)}</span></td><td class="n soft">${points[0]} / ${points[1]}</td></tr>`,
        )}</tbody></table></div>`
  return section('moved', 'What surprised us', html`<p class="lead">${moved.note}</p>${body}`)
}

/** Every event with its log lines; the pins of the clock lead here. */
export function eventsSection({ clock, logs, map, provenance }: ReportModel): Html {
  const colours = new Map(map.map(({ service, colour }) => [service, colour]))
  const said =
    logs.lines === 0
      ? 'No service wrote a log line.'
      : `${counted(logs.lines, 'log line')} in all; the ones within 2 s of an event are here, the rest in logs.jsonl of run ${provenance.verify.split(' ').at(-1) ?? ''}.`
  return section(
    'events',
    'What happened, with log lines',
    clock.events.length === 0
      ? html`<p class="empty">Nothing happened on the clock: no fault went in and no gate changed.</p>`
      : html`<p class="lead">${said}</p><div class="card" id="events-list">${clock.events.map((event) => eventFold(event, colours))}</div>`,
  )
}

function eventFold(event: ReportEvent, colours: ReadonlyMap<string, number>): Html {
  const before = event.logs.filter(({ t }) => t < event.t)
  const after = event.logs.slice(before.length)
  const line = ({ t, service, stream, line: text }: ReportLog) =>
    html`<div class="${stream === 'err' ? 'err' : ''} ${serviceClass(colours.get(service.split('#')[0] ?? '') ?? 0)}"><span>${relativeText(t)}</span><span class="who">${service}</span><span>${stream === 'err' && '! '}${text}</span></div>`
  return html`<details class="event" id="${event.id}"><summary><time>${relativeText(event.t)}</time><span class="t">${event.title}</span><span class="d">${event.detail}</span><span class="c">${counted(event.logs.length, 'line')}</span></summary>
${event.logs.length === 0 ? html`<p class="soft">No log line within 2 s.</p>` : html`<div class="logs mono" tabindex="0" role="log" aria-label="Log lines around ${event.title}">${before.map(line)}<div class="here"><span>${relativeText(event.t)}</span><span>▼</span><span>${event.title}</span></div>${after.map(line)}</div>`}
${event.logsLeftOut > 0 && html`<p class="soft">${event.logsLeftOut} more within reach ${isOrAre(event.logsLeftOut)} left out here.</p>`}</details>`
}

/** A titled section. */
export const section = (id: string, title: string, body: Html): Html =>
  html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`
