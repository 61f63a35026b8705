import type { ReportEvent, Tone } from '@safechaos/core'
import { Html, html } from './html.ts'

const TONE_ICON = {
  good: '<circle cx="8" cy="8" r="8"/><path class="stroke" d="M4.5 8.3l2.4 2.4 4.6-5"/>',
  bad: '<path class="shape" d="M5 0h6l5 5v6l-5 5H5l-5-5V5z"/><path class="stroke" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/>',
  unsure: '<path class="shape" d="M8 .6L16 15H0z"/><path class="stroke" d="M8 6v4M8 12.6v.1"/>',
  calm: '<circle cx="8" cy="8" r="8"/><path class="stroke" d="M4.6 8h6.8"/>',
} as const satisfies Record<Tone, string>

/** A judgement as a shape: round tick, octagon, triangle or dash. Decorative: the word beside it says the same. */
export const toneIcon = (tone: Tone): Html => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${new Html(TONE_ICON[tone])}</svg>`

const GLYPHS = {
  inject: '<path d="M1 2h13L7.5 14z"/>',
  undo: '<path d="M1 13h13L7.5 1z"/>',
  down: '<path d="M2 2h11v11H2z"/>',
  up: '<circle cx="7.5" cy="7.5" r="6"/>',
  gate: '<path d="M7.5 0l7.5 7.5L7.5 15 0 7.5z"/>',
  stop: '<path d="M4.5 0h6L15 4.5v6L10.5 15h-6L0 10.5v-6z"/>',
  note: '<circle cx="7.5" cy="7.5" r="4"/>',
} as const satisfies Record<ReportEvent['glyph'], string>

/** An event as a shape of its own. */
export const eventGlyph = (glyph: ReportEvent['glyph']): Html =>
  html`<svg class="p-${glyph}" viewBox="0 0 15 15" aria-hidden="true">${new Html(GLYPHS[glyph])}</svg>`
