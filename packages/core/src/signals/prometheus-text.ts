/** One sample line of a page in the Prometheus text exposition format 0.0.4 (or OpenMetrics; exemplars are passed over). */
export interface Series {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  /** May be NaN or infinite, as the page says. */
  readonly value: number
  /** The page's own instant, in epoch milliseconds, if the line has one. */
  readonly at: number | undefined
}

export type MetricsPage =
  | { readonly ok: true; readonly series: readonly Series[] }
  | { readonly ok: false; readonly line: number; readonly why: string }

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\[\\"n])*)"\s*(,?)/y
const CLOSE = /\s*\}/y
const REST = /^\s+(\S+)(?:\s+(-?\d+(?:\.\d+)?))?\s*(?:#.*)?$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const SPECIAL: Readonly<Record<string, number>> = { NaN: Number.NaN, nan: Number.NaN, Inf: Infinity, '+Inf': Infinity, '-Inf': -Infinity }

/** Reads a whole page; one malformed line makes all of it unusable, since a page that is cut off must not look like a small one. */
export function parseMetricsPage(text: string): MetricsPage {
  const series: Series[] = []
  const lines = text.split('\n')
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const one = parseLine(line)
    if (typeof one === 'string') return { ok: false, line: index + 1, why: one }
    series.push(one)
  }
  // The format ends every line with a line feed: what follows the last one was cut off.
  if (lines.at(-1)?.trim() !== '') return { ok: false, line: lines.length, why: 'the page ends in the middle of a line' }
  return { ok: true, series }
}

function parseLine(line: string): Series | string {
  NAME.lastIndex = 0
  const metric = NAME.exec(line)?.[0]
  if (metric === undefined) return 'no metric name'
  const labelled = parseLabels(line, metric.length)
  if (typeof labelled === 'string') return labelled
  const rest = REST.exec(line.slice(labelled.end))
  if (rest === null) return 'no value after the name'
  const value = numberOf(rest[1] ?? '')
  if (value === undefined) return `${JSON.stringify((rest[1] ?? '').slice(0, 40))} is not a number`
  return { metric, labels: labelled.labels, value, at: rest[2] === undefined ? undefined : instantOf(rest[2]) }
}

/** Labels in braces from `start` on, if there are any, and where what follows them begins. */
function parseLabels(line: string, start: number): { readonly labels: Record<string, string>; readonly end: number } | string {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  if (line[start] !== '{') return { labels, end: start }
  let at = start + 1
  for (;;) {
    CLOSE.lastIndex = at
    if (CLOSE.test(line)) return { labels, end: CLOSE.lastIndex }
    LABEL.lastIndex = at
    const found = LABEL.exec(line)
    if (found === null) return 'malformed labels'
    const [all, name = '', text = '', comma] = found
    if (name in labels) return `the label ${name} is there twice`
    labels[name] = !text.includes('\\') ? text : text.replace(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    at += all.length
    if (comma === '' && line[at] !== '}') return 'malformed labels'
  }
}

const numberOf = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : Object.hasOwn(SPECIAL, text) ? SPECIAL[text] : undefined)

/** The classic format counts milliseconds, OpenMetrics seconds: seconds since 1970 have at most eleven digits before the dot. */
const instantOf = (text: string): number => (text.includes('.') || Math.abs(Number(text)) < 1e11 ? Number(text) * 1000 : Number(text))

export type Picked =
  | { readonly found: 'value'; readonly value: number; readonly at: number | undefined }
  | { readonly found: 'no-series' }
  | { readonly found: 'multi-series'; readonly count: number }

/** The one series with this name that has all of these labels. Several are never guessed between. */
export function pickSeries(series: readonly Series[], metric: string, labels: Readonly<Record<string, string>>): Picked {
  const wanted = Object.entries(labels)
  const fitting = series.filter((one) => one.metric === metric && wanted.every(([name, value]) => one.labels[name] === value))
  const [only] = fitting
  if (only === undefined) return { found: 'no-series' }
  return fitting.length > 1 ? { found: 'multi-series', count: fitting.length } : { found: 'value', value: only.value, at: only.at }
}
