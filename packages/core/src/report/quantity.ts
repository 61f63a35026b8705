import type { Bound } from '../gate/gate.ts'

/** A number with its unit and sensible digits, for people: `0.4 %`, `8.2 s`, `61 MiB`. */
export function quantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return String(value)
  if (unit === 'ratio') return `${digits(value * 100)} %`
  if (unit === 'up') return value >= 1 ? 'up' : value <= 0 ? 'down' : `${digits(value * 100)} % up`
  if (unit === 'bytes') return bytes(value)
  if (unit === 'ms' && Math.abs(value) >= 1000) return `${digits(value / 1000)} s`
  return unit === '' ? digits(value) : `${digits(value)} ${unit}`
}

/** The same of a value that may not be final: `at least 68.6 %`. */
export const boundedQuantity = (value: number, bound: Bound | undefined, unit: string): string =>
  `${bound === undefined ? '' : `${bound} `}${quantity(value, unit)}`

/** A range with its unit once where both ends share it: `58.6 – 59.5 MiB`. */
export function quantityRange(low: number, high: number, unit: string): string {
  const [from, to] = [quantity(low, unit), quantity(high, unit)]
  if (from === to) return from
  const suffix = / [^ \d]+$/.exec(to)?.[0]
  return suffix !== undefined && from.endsWith(suffix) ? `${from.slice(0, -suffix.length)} – ${to}` : `${from} – ${to}`
}

/** Three significant digits below a thousand, whole numbers above. */
export function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 1000) return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ')
  if (size >= 100) return value.toFixed(0)
  if (size >= 10) return trim(value.toFixed(1))
  if (size >= 0.01 || size === 0) return trim(value.toFixed(2))
  return trim(value.toPrecision(2))
}

/** `+3.2 s`, `-0.1 s`, `0 s`: an instant on the run's clock. */
export function relativeText(ms: number): string {
  const seconds = Math.abs(ms) / 1000
  const text = seconds < 100 ? trim(seconds.toFixed(seconds < 10 ? 2 : 1)) : seconds.toFixed(0)
  return `${text === '0' ? '' : ms > 0 ? '+' : '−'}${text} s`
}

/** Signed change in percent, without false digits; a dash where there is none to tell, as from zero. */
export function changeText(percent: number | undefined): string {
  if (percent === undefined) return '–'
  const rounded = Math.abs(percent) < 10 ? percent.toFixed(1) : percent.toFixed(0)
  return `${Number(rounded) > 0 ? '+' : ''}${rounded.replace('-', '−')} %`
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)))
  return `${digits(value / 1024 ** step)} ${units[step]}`
}

const trim = (text: string): string => (text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text)
