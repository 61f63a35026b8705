import type { ComparedNumber } from './compare.ts'
import { quantity } from './quantity.ts'

/** `p95 lag`, `latency p95`, `failed requests`. */
export const comparedName = ({ name, statistic }: Pick<ComparedNumber, 'name' | 'statistic'>): string =>
  statistic === 'all' ? name : `${statistic} ${name}`

/** A value with its unit, or a dash where there is none. */
export const valueOr = (value: number | undefined, unit: string): string => (value === undefined ? '–' : quantity(value, unit))
