import { createHash } from 'node:crypto'
import type { ReportModel } from '@safechaos/core'
import { clockSection, PATTERNS } from './clock-html.ts'
import { Html, html } from './html.ts'
import { eventsSection, feltSection, movedSection, recoverySection } from './learned-html.ts'
import { backSection, nextSection, provenanceSection } from './proof-html.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import { beliefSection, topSection } from './top-html.ts'

/**
 * The report as one file that fetches nothing. Its policy lets only its own script run, by hash, so that even markup that got through
 * by mistake could not.
 */
export function renderHtml(model: ReportModel): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${new Html(policy)}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${model.charter.name}: ${model.lights[0]?.word ?? 'report'} · run ${model.run.id}</title><style>${new Html(STYLE)}</style></head><body>
${PATTERNS}${topSection(model)}<main>
${beliefSection(model)}${clockSection(model)}${eventsSection(model)}${feltSection(model)}${recoverySection(model)}${movedSection(model)}${backSection(model)}${nextSection(model)}${provenanceSection(model)}
</main><footer>Written by Safechaos from the ledger, samples and logs of run ${model.run.id}. Everything here can be recomputed from these files.</footer>
<aside id="panel" hidden aria-label="Log lines around the event"><div class="in"><div class="bar0"><span id="panel-title"></span><button type="button" id="panel-close">Close</button></div><div id="panel-body"></div></div></aside>
<script>${new Html(SCRIPT)}</script></body></html>
`.toString()
}
