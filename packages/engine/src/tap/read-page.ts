import { type NoReading, parseMetricsPage, pickSeries, type Reading, type SignalSpec } from '@safechaos/core'

type MetricsSpec = Extract<SignalSpec, { readonly from: 'metrics' }>

/** What a metrics page that was asked for at `at` says about one signal. */
export function readPage(spec: MetricsSpec, text: string, at: number): Reading | NoReading {
  const unread = (reason: NoReading['reason'], detail: string): NoReading => ({ kind: 'no-reading', signal: spec.name, at, reason, detail })
  const page = parseMetricsPage(text)
  if (!page.ok) return unread('parse', `line ${page.line}: ${page.why}`)
  const picked = pickSeries(page.series, spec.metric, spec.labels)
  if (picked.found === 'no-series') return unread('no-series', `no ${spec.metric}${labelsText(spec.labels)} on the page`)
  if (picked.found === 'multi-series') return unread('multi-series', `${picked.count} series of ${spec.metric}${labelsText(spec.labels)}`)
  if (Number.isNaN(picked.value)) return unread('nan', `${spec.metric} is NaN`)
  if (!Number.isFinite(picked.value)) return unread('inf', `${spec.metric} is ${picked.value}`)
  return { kind: 'reading', signal: spec.name, at: picked.at ?? at, value: picked.value }
}

const labelsText = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
