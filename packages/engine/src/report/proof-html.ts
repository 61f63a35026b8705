import { type ReportModel, relativeText } from '@safechaos/core'
import { type Html, html } from './html.ts'
import { toneIcon } from './icon.ts'
import { section } from './learned-html.ts'

/** Is everything back: the answer first, then what it rests on. */
export function backSection({ back }: ReportModel): Html {
  return section(
    'back',
    'Is everything back',
    html`<div class="card"><p class="answer l-${back.tone}">${toneIcon(back.tone)}<span>${back.sentence}</span></p>
${
  back.residue.length > 0 &&
  html`<div class="scroll"><table><thead><tr><th>looked</th><th>at</th><th>found</th><th>could not be seen</th></tr></thead><tbody>${back.residue.map(
    ({ when, residue }) =>
      html`<tr><th scope="row">${when}</th><td>${residue.looked.join(', ')}</td><td>${residue.found.length === 0 ? 'nothing' : html`<b class="tone-bad">${residue.found.map(({ key, what }) => `${key}: ${what}`).join('; ')}</b>`}</td><td>${residue.notSeen.length === 0 ? 'nothing' : html`<b class="tone-unsure">${residue.notSeen.join('; ')}</b>`}</td></tr>`,
  )}</tbody></table></div>`
}
${back.invariants.length > 0 && html`<h3 style="margin-top:16px">Invariants</h3><ul class="plain">${back.invariants.map(({ name, held, detail }) => html`<li>${name}: ${held ? 'held' : html`<b class="tone-bad">did not hold</b>`}; ${detail}</li>`)}</ul>`}
${back.snapshots.length > 0 && html`<h3 style="margin-top:16px">Snapshots</h3><ul class="plain">${back.snapshots.map(({ what, detail }) => html`<li>${what}; ${detail}</li>`)}</ul>`}
${
  back.acts.length > 0 &&
  html`<details class="print" style="margin-top:12px"><summary>Every act and its undo</summary><div class="scroll"><table><thead><tr><th>act</th><th>target</th><th class="n">stage</th><th class="n">in</th><th class="n">verified gone</th><th>last word</th></tr></thead><tbody>${back.acts.map(
    ({ act, target, stage, injectedAt, goneAt, state, detail }) =>
      html`<tr><td class="mono">${act}</td><td>${target}</td><td class="n">${stage === 0 ? 'rehearsal' : stage}</td><td class="n">${injectedAt === undefined ? '–' : relativeText(injectedAt)}</td><td class="n">${goneAt === undefined ? html`<b class="tone-bad">never</b>` : relativeText(goneAt)}</td><td>${state}; ${detail}</td></tr>`,
  )}</tbody></table></div></details>`
}</div>${walls(back)}`,
  )
}

function walls({ walls: tried, weaker, preflight }: ReportModel['back']): Html | undefined {
  if (tried.length + weaker.length + preflight.length === 0) return undefined
  return html`<div class="checks"><div class="card"><h3>Walls, tried from inside by a hostile program</h3>${tried.length === 0 ? html`<p class="soft">Not tried in this run.</p>` : html`<ul class="plain">${tried.map(({ wall, held, detail }) => html`<li>${wall}: ${held === 'held' ? held : html`<b class="${held === 'not held' ? 'tone-bad' : 'tone-unsure'}">${held}</b>`}; <span class="soft">${detail}</span></li>`)}</ul>`}
${weaker.length > 0 && html`<h3 style="margin-top:14px">Not isolated here</h3><ul class="plain">${weaker.map((text) => html`<li>${text}</li>`)}</ul>`}</div>
<div class="card"><h3>Preflight, before anything was broken</h3>${preflight.length === 0 ? html`<p class="soft">The run did not come to its preflight.</p>` : html`<ul class="plain">${preflight.map(({ check, ok, detail }) => html`<li>${check}: ${ok ? 'ok' : html`<b class="tone-bad">no</b>`}; <span class="soft">${detail}</span></li>`)}</ul>`}</div></div>`
}

/** Questions for people, things to do, one next experiment. */
export function nextSection({ next }: ReportModel): Html {
  return section(
    'next',
    'What next',
    html`<div class="two"><div class="card"><h3>Questions for people</h3><ul class="plain">${next.questions.map((question) => html`<li>${question}</li>`)}</ul></div>
<div class="card"><h3>To do</h3><ul class="plain">${next.actions.map((action) => html`<li>${action}</li>`)}</ul><h3 style="margin-top:14px">Next experiment</h3><p>${next.experiment}</p></div></div>`,
  )
}

/** Who, when, versions, digests, seed, and the commands that run it again or check it. */
export function provenanceSection({ provenance }: ReportModel): Html {
  return section(
    'provenance',
    'Provenance',
    html`<div class="card"><dl class="facts">${provenance.facts.map(({ label, text, code }) => html`<dt>${label}</dt><dd class="${code ? 'mono' : ''}">${text}</dd>`)}</dl>
<h3 style="margin-top:18px">Run it again, and check this run's records</h3><code class="cmd">${provenance.replay}</code><code class="cmd">${provenance.verify}</code></div>`,
  )
}
