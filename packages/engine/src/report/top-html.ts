import { counted, durationText, type Light, type ReportModel, type ServiceOnMap, wasOrWere } from '@safechaos/core'
import { instant } from './clock-html.ts'
import { type Html, html, prose } from './html.ts'
import { toneIcon } from './icon.ts'
import { serviceClass } from './palette.ts'

/** Reasons longer than this are folded. */
const REASON_CHARACTERS = 150

/** One sentence and five lights: who stops reading here knows how it went. */
export function topSection(model: ReportModel): Html {
  const { run } = model
  return html`<header class="top"><div class="kicker"><span class="mark">Safechaos</span><b>${model.charter.name}</b><span>run ${run.id}</span><span><time datetime="${new Date(run.startedAt).toISOString()}">${instant(run.startedAt).replace(/\.\d+/, '')}</time></span><span>${durationText(run.endedAt - run.startedAt)}</span></div>
<h1>${prose(model.sentence)}</h1>
<ul class="lights" aria-label="The five judgements">${model.lights.map(light)}</ul></header>`
}

const light = ({ name, tone, word, why }: Light): Html =>
  html`<li class="light l-${tone}"><div class="name">${name}</div><div class="word">${toneIcon(tone)}${word}</div><div class="why">${reason(why)}</div></li>`

/** A long reason is folded after its beginning, so that five lights stay five lights. */
function reason(why: string): Html | string {
  if (why.length <= REASON_CHARACTERS) return prose(why)
  const cut = why.lastIndexOf(' ', REASON_CHARACTERS - 30)
  return html`<details class="print"><summary>${prose(why.slice(0, cut))} …</summary>${prose(why.slice(cut + 1))}</details>`
}

/** What was believed, what was done, to whom; the exact steps folded away. */
export function beliefSection({ charter, map, steps, zeroIs }: ReportModel): Html {
  return html`<section aria-labelledby="belief"><h2 id="belief">What we believed, what we did, to whom</h2>
<div class="two"><div class="card"><p class="believed"><small>We believed</small>${prose(charter.hypothesis)}</p><p class="believed"><small>${zeroIs === 'first injection' ? 'To find out, we did this' : 'To find out, we meant to'}</small>${charter.did}</p>
<dl class="facts">${charter.facts.map(({ label, text }) => html`<dt>${label}</dt><dd>${prose(text)}</dd>`)}</dl>
${steps.length > 0 && html`<details class="print" style="margin-top:14px"><summary>The exact steps</summary><dl class="facts">${steps.map(({ title, lines }) => html`<dt>${title}</dt><dd><pre>${lines.join('\n')}</pre></dd>`)}</dl></details>`}</div>
<div class="card"><h3>The stack</h3>${map.length === 0 ? html`<p class="soft">No service was started.</p>` : html`<div class="map">${map.map(serviceBox)}</div><p class="key">${mapKey(map)}</p>`}</div></div></section>`
}

function serviceBox({ service, colour, entry, read, replicas }: ServiceOnMap): Html {
  const notes = [entry ? 'load enters here' : '', read.length > 0 ? `read for ${read.join(', ')}` : ''].filter(Boolean)
  return html`<div class="svc ${serviceClass(colour)}"><div class="h"><b>${service}</b><span>${notes.join(' · ')}</span></div><div class="chips">${replicas.map(
    ({ id, hit, planned, restarts, end }) =>
      html`<span class="chip ${hit ? 'hit' : planned ? 'planned' : ''}">${hit && '▼ '}${id}${hit ? ' hit' : planned ? ' planned' : ''}${restarts > 0 && `, ${counted(restarts, 'restart')}`}${end !== 'up' && end !== 'healthy' && `, ${end}`}</span>`,
  )}</div></div>`
}

function mapKey(map: readonly ServiceOnMap[]): string {
  const replicas = map.flatMap((service) => service.replicas)
  const hit = replicas.filter((replica) => replica.hit).length
  const planned = replicas.filter((replica) => replica.planned).length
  const others = replicas.length - planned
  return `${hit} of ${counted(planned, 'planned target')} ${wasOrWere(hit)} hit; ${counted(others, 'other replica')} ${wasOrWere(others)} never to be touched.`
}
