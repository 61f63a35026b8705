import { durationText, relativeText, type ReportModel } from '@safechaos/core'
import { instant } from './clock-html.ts'
import { mdCode, mdTable, mdText } from './markdown.ts'
import { feltTable } from './render-markdown.ts'

const ALWAYS_ASKED = [
  'What did we expect, and where did that expectation come from?',
  'Which part of the system limited the damage, and which part spread it?',
  'What would have happened at three times this load, or at night?',
  'Where were we lucky?',
]

/** A postmortem with the facts filled in. Judgement is left to people: every open question has a box and an empty answer. */
export function renderPostmortem(model: ReportModel): string {
  const { run, charter, clock, recovery, back, next, provenance } = model
  return `${[
    `# Postmortem: ${mdText(charter.name)}, run ${mdText(run.id)}`,
    'Facts below come from the records of the run. Questions marked `[ ]` are for people; nothing was guessed for them. Nobody is to blame: ask how, not who.',
    mdTable(
      ['', ''],
      [
        ['Outcome', mdText(model.sentence)],
        ['When', `${instant(run.startedAt)}, ${durationText(run.endedAt - run.startedAt)}`],
        ['Run by', mdText(run.by)],
        ['Owner of the charter', mdText(provenance.facts.find(({ label }) => label === 'owner')?.text ?? 'not recorded')],
        ['Report', mdCode('report.html')],
      ],
    ),
    '## What we believed',
    mdText(charter.hypothesis),
    '## What we did',
    [`${mdText(charter.did)}.`, '', ...charter.facts.map(({ label, text }) => `- ${label}: ${mdText(text)}`)].join('\n'),
    '## Judgements',
    model.lights.map(({ name, word, why }) => `- ${name}: ${word}; ${mdText(why)}`).join('\n'),
    '## Timeline',
    clock.events.length === 0
      ? 'Nothing happened on the clock.'
      : mdTable(
          ['from the first injection', 'what', 'detail'],
          clock.events.slice(0, 60).map(({ t, title, detail }) => [relativeText(t), mdText(title), mdText(detail)]),
        ),
    '## Impact',
    feltTable(model.felt),
    '- [ ] Who would have noticed this in production, and what would it have cost them?\n\n  Answer:',
    '## Detection, mitigation, recovery',
    recovery.steps.map(({ name, ms, how }) => `- ${name}: ${ms === undefined ? 'not seen' : durationText(ms)}; ${mdText(how)}`).join('\n'),
    '- [ ] Would we have detected this as fast without the lab?\n\n  Answer:',
    '## Is everything back',
    mdText(back.sentence),
    '## Questions',
    [...next.questions, ...ALWAYS_ASKED].map((question) => `- [ ] ${mdText(question)}\n\n  Answer:`).join('\n\n'),
    '## Root cause',
    '- [ ] What in the system made this outcome possible?\n\n  Answer:',
    '## Actions',
    `Suggested from how the run ended:\n\n${next.actions.map((action) => `- ${mdText(action)}`).join('\n')}\n- Next experiment: ${mdText(next.experiment)}`,
    mdTable(
      ['action', 'owner', 'by when', 'done'],
      [1, 2, 3].map(() => ['', '', '', '[ ]']),
    ),
    '## Again',
    `Run it again with ${mdCode(provenance.replay)}; check the records with ${mdCode(provenance.verify)}.`,
  ].join('\n\n')}\n`
}
