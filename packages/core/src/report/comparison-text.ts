import { durationText } from '../units.ts'
import type { ComparedNumber, RunComparison } from './compare.ts'
import { changeText, quantity } from './quantity.ts'

/** `p95 lag`, `latency p95`, `failed requests`. */
export const comparedName = ({ name, statistic }: Pick<ComparedNumber, 'name' | 'statistic'>): string =>
  statistic === 'all' ? name : `${statistic} ${name}`

/** A comparison as plain lines for a terminal. */
export function comparisonText(comparison: RunComparison): string {
  const { a, b, window, rows, differences, notes } = comparison
  const cells = rows.map((row) => [comparedName(row), valueOr(row.a, row.unit), valueOr(row.b, row.unit), changeText(row.changePercent)])
  const table = [['', a.name, b.name, 'change'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd(),
  )
  return [
    `A  run ${a.run}  ${a.sentence}`,
    `B  run ${b.run}  ${b.sentence}`,
    ...(window === undefined ? [] : ['', `the first ${durationText(window.to)} after the first injection of each`, '', ...lines]),
    ...(differences.length === 0 ? [] : ['', `careful: ${differences.join('; ')}`]),
    '',
    ...notes,
  ].join('\n')
}

/** A value with its unit, or a dash where there is none. */
export const valueOr = (value: number | undefined, unit: string): string => (value === undefined ? '–' : quantity(value, unit))
