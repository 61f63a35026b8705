import { BEYOND, type Beyond, type GateSpec } from '../gate/gate.ts'
import { shown } from './shown.ts'

export type ParsedLimit =
  | { readonly ok: true; readonly breach: Beyond; readonly limit: number }
  | { readonly ok: false; readonly message: string; readonly hint: string }

const COMPARISON = /^(>=|<=|>|<) ?(-?\d{1,21}(?:\.\d{1,30})?(?:e[+-]?\d{1,2})?) ?([A-Za-z%/]{0,20})$/

/** Families of units that are converted into each other: the size of each in the family's own measure. */
const TIMES = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const SIZES = { B: 1, bytes: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const
const FAMILIES: readonly Readonly<Record<string, number>>[] = [TIMES, SIZES]

/** `> 5%`, `>= 3`, `< 300ms`: a direction and a limit, in the gate's own unit (`ratio`, `ms`, `/s`, or that of a signal). */
export function parseLimit(text: string, unit: string): ParsedLimit {
  const found = COMPARISON.exec(text.trim())
  const example = exampleOf(unit)
  if (!found) return { ok: false, message: `${shown(text)} is not a limit`, hint: `write a sign and a number, for example "${example}"` }
  const [, sign, number, suffix = ''] = found
  const factor = factorOf(suffix, unit)
  if (factor === undefined) {
    const wrong = suffix === '' ? `${shown(text)} has no unit` : `${shown(text)} is not in ${unit === '' ? 'plain numbers' : unit}`
    return { ok: false, message: wrong, hint: `write for example "${example}"` }
  }
  const limit = (Number(number) * factor.times) / factor.of
  if (unit === 'ratio' && (limit < 0 || limit > 1)) {
    return { ok: false, message: `${shown(text)} is outside 0 to 1`, hint: `a ratio is between 0 and 1, or in percent: "${example}"` }
  }
  return { ok: true, breach: directionOf(sign ?? '>'), limit }
}

/** The limit of a gate as a charter writes it; parsed again it gives the same gate. */
export function limitSource({ breach, limit, unit }: Pick<GateSpec, 'breach' | 'limit' | 'unit'>): string {
  const percent = Number((limit * 100).toFixed(9))
  if (unit === 'ratio' && percent / 100 === limit) return `${BEYOND[breach]} ${percent}%`
  return `${BEYOND[breach]} ${limit}${unit === 'ms' ? 'ms' : ''}`
}

function directionOf(sign: string): Beyond {
  return (Object.keys(BEYOND) as Beyond[]).find((beyond) => BEYOND[beyond] === sign) ?? 'above'
}

/** What the number is multiplied with and divided by; two numbers, so that 5 % is exactly 0.05. */
function factorOf(suffix: string, unit: string): { readonly times: number; readonly of: number } | undefined {
  if (suffix === '') return unit === 'ms' ? undefined : { times: 1, of: 1 }
  if (suffix === unit) return { times: 1, of: 1 }
  if (suffix === '%' && unit === 'ratio') return { times: 1, of: 100 }
  const family = FAMILIES.find((units) => Object.hasOwn(units, suffix) && Object.hasOwn(units, unit))
  return family && { times: family[suffix] ?? 1, of: family[unit] ?? 1 }
}

function exampleOf(unit: string): string {
  if (unit === 'ratio') return '> 5%'
  if (unit === 'ms') return '> 300ms'
  if (unit === 's') return '> 10s'
  return Object.hasOwn(SIZES, unit) ? '> 200MiB' : `> 10${unit}`
}
