import { comparedName, differenceText, durationText, type RunComparison, valueOr } from '@safechaos/core'
import { mdTable, mdText } from './markdown.ts'

/** A comparison as Markdown, for a pull request. Two runs of one charter have one name, so the letters head the columns too. */
export function renderComparison({ a, b, window, rows, differences, notes }: RunComparison): string {
  return `${[
    `# ${mdText(a.name)} against ${mdText(b.name)}`,
    `- A, run ${mdText(a.run)}: ${mdText(a.sentence)}\n- B, run ${mdText(b.run)}: ${mdText(b.sentence)}`,
    ...(window === undefined ? [] : [`The first ${durationText(window.to)} after the first injection of each run.`]),
    ...(rows.length === 0
      ? []
      : [
          mdTable(
            ['', `A ${mdText(a.name)}`, `B ${mdText(b.name)}`, 'change', 'requests or readings'],
            rows.map((row) => [
              mdText(comparedName(row)),
              valueOr(row.a, row.unit),
              valueOr(row.b, row.unit),
              differenceText(row),
              row.points.join(' / '),
            ]),
          ),
        ]),
    ...(differences.length === 0 ? [] : [`Careful: ${mdText(differences.join('; '))}.`]),
    notes.map((note) => `- ${mdText(note)}`).join('\n'),
  ].join('\n\n')}\n`
}
