import { comparedName, differenceText, durationText, type RunComparison, valueOr } from '@safechaos/core'
import { harmless } from './harmless.ts'
import { padded, visibleLength } from './table.ts'

/** A comparison as plain lines. Two runs of one charter have one name, so the letters head the columns too. */
export function comparisonText({ a, b, window, rows, differences, notes }: RunComparison): string {
  const table = [
    ['', `A ${a.name}`, `B ${b.name}`, 'change'],
    ...rows.map((row) => [comparedName(row), valueOr(row.a, row.unit), valueOr(row.b, row.unit), differenceText(row)]),
  ]
  return [
    `A  run ${a.run}  ${harmless(a.sentence)}`,
    `B  run ${b.run}  ${harmless(b.sentence)}`,
    ...(window === undefined ? [] : ['', `the first ${durationText(window.to)} after the first injection of each`, '', ...numberLines(table)]),
    ...(differences.length === 0 ? [] : ['', `careful: ${differences.join('; ')}`]),
    '',
    ...notes,
  ].join('\n')
}

/** Names at the left, numbers at the right of their columns. */
function numberLines(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => visibleLength(row[column] ?? ''))))
  return table.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? ''
        return column === 0 ? padded(cell, width) : `${' '.repeat(width - visibleLength(cell))}${cell}`
      })
      .join('   ')
      .trimEnd(),
  )
}
