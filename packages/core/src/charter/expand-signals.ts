import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import { canonicalJson, type Json } from '../canonical.ts'
import type { LoadSpec } from '../signals/load.ts'
import { LOAD_NUMBERS, type LoadSource, type SignalSource } from './charter-source.ts'
import { type PathProblem, problemAt, problemAtKey, type Read } from './path-problem.ts'
import { shown } from './shown.ts'

/** Requests per second. */
const MAX_RATE = 10_000

/** The load in full; paths start at `load`. */
export function expandLoad(source: LoadSource): Read<LoadSpec> {
  const problems: PathProblem[] = []
  const { get, post, json, body, rate, timeout, accept } = source
  const perSecond = rate.endsWith('/m') ? Number(rate.slice(0, -2)) / 60 : Number(rate.slice(0, -2))
  if (perSecond <= 0 || perSecond > MAX_RATE) problems.push(problemAt(['rate'], `${shown(rate)}: more than 0 and at most ${MAX_RATE}/s is possible`))
  if ((get === undefined) === (post === undefined)) problems.push(problemAt([], 'load needs one of get and post', 'write get: URL, or post: URL'))
  if (post === undefined && (json !== undefined || body !== undefined)) {
    problems.push(problemAtKey([json === undefined ? 'body' : 'json'], 'only a post has a body', 'write post: instead of get:'))
  }
  if (json !== undefined && body !== undefined) problems.push(problemAtKey(['body'], 'a request has one body', 'leave out json or body'))
  if (problems.length > 0) return { ok: false, problems }
  const text = json === undefined ? body : canonicalJson(json as Json)
  return {
    ok: true,
    value: {
      method: get === undefined ? 'POST' : 'GET',
      url: get ?? post ?? '',
      ...(text === undefined ? {} : { body: text }),
      rate: perSecond,
      timeoutMs: timeout,
      ...(accept === undefined ? {} : { accept }),
    },
  }
}

const STAT_UNITS = { cpu: 'cores', memory: 'bytes', processes: '' } as const

/** One signal in full; paths start at it. */
export function expandSignal(name: string, source: SignalSource): Read<SignalSpec> {
  const reserved = LOAD_NUMBERS.find((number) => number === name)
  if (reserved !== undefined)
    return { ok: false, problems: [problemAtKey([], `${reserved} is a number of the load`, 'give the signal another name')] }
  if ('scrape' in source) {
    const { scrape: url, metric, labels, every: everyMs, unit } = source
    return { ok: true, value: { name, from: 'metrics', url, metric, labels, everyMs, unit } }
  }
  if ('http' in source)
    return { ok: true, value: { name, from: 'http', url: source.http, everyMs: source.every, timeoutMs: source.timeout, unit: 'up' } }
  if ('stat' in source)
    return {
      ok: true,
      value: { name, from: 'stats', service: source.service, stat: source.stat, everyMs: source.every, unit: STAT_UNITS[source.stat] },
    }
  if ('log' in source)
    return { ok: true, value: { name, from: 'logs', service: source.service, text: source.log, everyMs: source.every, unit: '/s' } }
  const [host = '', port = ''] = source.tcp.split(':')
  if (Number(port) < 1 || Number(port) > 65_535)
    return { ok: false, problems: [problemAt(['tcp'], `${shown(source.tcp)}: a port is between 1 and 65535`)] }
  return { ok: true, value: { name, from: 'tcp', host, port: Number(port), everyMs: source.every, timeoutMs: source.timeout, unit: 'up' } }
}

/** The unit in which a gate on a load number has its limit. */
export function loadUnit(number: (typeof LOAD_NUMBERS)[number]): GateSpec['unit'] {
  if (number === 'errorRatio') return 'ratio'
  return number === 'okRate' ? '/s' : 'ms'
}
