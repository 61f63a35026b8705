import { durationText, NOTHING_MOVED, type Phase, quantity, relativeText, type ReportModel, type Tone } from '@safechaos/core'
import { instant } from './clock-html.ts'
import { mdCode, mdTable, mdText } from './markdown.ts'

const MARK = { good: '✓', bad: '✗', unsure: '?', calm: '–' } as const satisfies Record<Tone, string>

/** The report in short, for a terminal, a pull request or a chat. */
export function renderMarkdown(model: ReportModel): string {
  const { charter, clock, recovery, moved, back, next, provenance } = model
  return `${[
    `# ${mdText(model.sentence)}`,
    `${mdText(charter.name)}, run ${mdText(model.run.id)}, ${instant(model.run.startedAt)}, ${durationText(model.run.endedAt - model.run.startedAt)}.`,
    mdTable(
      ['', 'judgement', 'why'],
      model.lights.map(({ name, tone, word, why }) => [MARK[tone], `${name}: ${word}`, mdText(why)]),
    ),
    '## What we believed and did',
    [
      `We believed: ${mdText(charter.hypothesis)}`,
      '',
      `To find out: ${mdText(charter.did)}`,
      '',
      ...charter.facts.map(({ label, text }) => `- ${label}: ${mdText(text)}`),
    ].join('\n'),
    '## What happened',
    clock.events.length === 0
      ? 'Nothing happened on the clock.'
      : clock.events
          .slice(0, 40)
          .map(({ t, title, detail }) => `- ${relativeText(t)} ${mdText(title)}${detail === '' ? '' : `: ${mdText(detail)}`}`)
          .join('\n') + (clock.events.length > 40 ? `\n- and ${clock.events.length - 40} more, in report.html` : ''),
    '## What users felt',
    feltTable(model.felt),
    '## How fast it recovered',
    recovery.steps.map(({ name, ms, how }) => `- ${name}: ${ms === undefined ? 'not seen' : durationText(ms)}; ${mdText(how)}`).join('\n'),
    '## What surprised us',
    movedList(moved),
    '## Is everything back',
    mdText(back.sentence),
    '## What next',
    [...next.actions.map((action) => `- ${mdText(action)}`), `- Next experiment: ${mdText(next.experiment)}`].join('\n'),
    '## Provenance',
    [
      ...provenance.facts.map(({ label, text, code }) => `- ${label}: ${code ? mdCode(text) : mdText(text)}`),
      `- again: ${mdCode(provenance.replay)}`,
      `- check: ${mdCode(provenance.verify)}`,
    ].join('\n'),
  ].join('\n\n')}\n`
}

/** What each part of the run felt like, as a table. */
export function feltTable(felt: readonly Phase[]): string {
  if (felt.length === 0) return 'Nothing was measured.'
  const row = (title: string, cell: (phase: Phase) => string) => [title, ...felt.map(cell)]
  const latency = (value: number | undefined) => (value === undefined ? '–' : quantity(value, 'ms'))
  const signals = [...new Map(felt.flatMap((phase) => phase.signals.map(({ name, unit }) => [name, unit] as const)))]
  return mdTable(
    ['', ...felt.map(({ name }) => name)],
    [
      row('requests asked', ({ asked }) => String(asked)),
      row('answered well', ({ ok, asked }) => (asked === 0 ? '–' : quantity(ok / asked, 'ratio'))),
      row('latency p50', ({ p50 }) => latency(p50)),
      row('latency p95', ({ p95 }) => latency(p95)),
      row('latency p99', ({ p99 }) => latency(p99)),
      ...signals.map(([name, unit]) =>
        row(`${mdText(name)}, median and worst`, (phase) => {
          const found = phase.signals.find((signal) => signal.name === name)
          return found === undefined ? 'no data' : `${quantity(found.median, unit)}, ${quantity(found.worst, unit)}`
        }),
      ),
    ],
  )
}

function movedList({ ranked, note }: ReportModel['moved']): string {
  if (ranked.length === 0) return NOTHING_MOVED
  const lines = ranked
    .slice(0, 5)
    .map(
      ({ name, unit, before, during, effect }) =>
        `- ${mdText(name)}: ${quantity(before, unit)} → ${quantity(during, unit)}, ${effect > 0 ? '+' : '−'}${Math.abs(effect).toFixed(1)} MADs`,
    )
  return `${lines.join('\n')}\n\n${note}`
}
