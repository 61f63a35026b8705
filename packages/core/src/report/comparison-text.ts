import type { ComparedNumber } from './compare.ts'
import { changeText, digits, quantity } from './quantity.ts'

/** `p95 lag`, `latency p95`, `failed requests`. */
export const comparedName = ({ name, statistic }: Pick<ComparedNumber, 'name' | 'statistic'>): string =>
  statistic === 'all' ? name : `${statistic} ${name}`

/** A value with its unit, or a dash where there is none. */
export const valueOr = (value: number | undefined, unit: string): string => (value === undefined ? '–' : quantity(value, unit))

/** From A to B. A percentage changes by points: percent of a percent would mislead. */
export function differenceText({ a, b, unit, changePercent }: ComparedNumber): string {
  const scale = unit === 'ratio' ? 100 : unit === '%' ? 1 : undefined
  if (scale === undefined || a === undefined || b === undefined) return changeText(changePercent)
  const points = (b - a) * scale
  return `${points > 0 ? '+' : points < 0 ? '−' : ''}${digits(Math.abs(points))} points`
}
