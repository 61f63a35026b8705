import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, type Json } from '../canonical.ts'
import { expandLab } from '../lab/expand-lab.ts'
import { durationSource, parseDuration } from '../units.ts'
import type { CharterContext } from './charter.ts'
import { expandCharter } from './expand-charter.ts'
import { printCharter } from './print-charter.ts'

const context: CharterContext = { fileName: 'x.yaml', stackFile: 'stacks/x.yaml', containment: 'process', owner: 'somebody', seed: '1' }

const duration = (min: number, max: number) => fc.integer({ min, max }).map(durationSource)
const url = fc.constantFrom('http://api:8080/pay', 'http://api/', 'http://worker:1/metrics?a=b')
const text = fc.string({ minLength: 1, maxLength: 40 })
const name = fc
  .stringMatching(/^[A-Za-z][a-z0-9_-]{0,8}$/)
  .filter((word) => !(word in Object.prototype) && !['errorRatio', 'p50', 'p95', 'p99', 'okRate'].includes(word))

const load = fc.record(
  {
    post: url,
    rate: fc.oneof(
      fc.integer({ min: 20, max: 9999 }).map((rate) => `${rate}/s`),
      fc.integer({ min: 1200, max: 99_999 }).map((rate) => `${rate}/m`),
    ),
    timeout: duration(10, 60_000),
    json: fc.jsonValue({ maxDepth: 3 }),
  },
  { requiredKeys: ['post', 'rate'] },
)
const signal = fc.oneof(
  fc.record(
    { scrape: url, metric: fc.constant('lag_seconds'), every: duration(100, 3000), unit: fc.constantFrom('s', '', 'bytes') },
    { requiredKeys: ['scrape', 'metric'] },
  ),
  fc.record({ http: url, timeout: duration(10, 60_000) }, { requiredKeys: ['http'] }),
  fc.record({ tcp: fc.constant('api:80'), every: duration(100, 3000) }, { requiredKeys: ['tcp'] }),
  fc.record({ stat: fc.constantFrom('cpu', 'memory', 'processes'), service: fc.constant('api') }),
  fc.record({ log: fc.constantFrom('ERROR', '> "x": 5%', 'ü#'), service: fc.constant('api'), every: duration(100, 3000) }),
)
const charter = fc.record(
  {
    hypothesis: text,
    purpose: text,
    load,
    signals: fc.dictionary(name, signal, { maxKeys: 4 }),
    fault: fc.constantFrom(
      { kind: 'process.kill', target: 'w', signal: 'SIGTERM', grace: '2s' },
      { kind: 'net.loss', between: ['a', 'b'], percent: 30 },
      { kind: 'process.roulette', target: 'w' },
    ),
    ramp: fc.record({ steps: fc.constantFrom([1, '50%', '100%'], ['12.5%', 3], [1]), hold: duration(0, 10_000) }),
    abort: fc.record({
      errorRatio: fc.constantFrom('> 5%', '>= 0.1', { breach: '> 7%', guard: true, fresh: '5s' }),
      p95: fc.constantFrom('> 300ms', '>= 1.5s'),
    }),
    invariants: fc.dictionary(name, fc.record({ get: url, within: duration(100, 60_000) }), { maxKeys: 2 }),
    lease: duration(300, 60_000),
    limit: duration(60_000, 3_600_000),
    people: fc.record({ approvers: fc.array(text, { maxLength: 2 }) }),
    seed: text,
  },
  { requiredKeys: ['hypothesis', 'load', 'fault', 'abort'] },
)

test('a charter printed in full expands to the same charter, and prints the same again', () => {
  fc.assert(
    fc.property(charter, (source) => {
      const first = expandCharter(source, context)
      if (!first.ok) throw new Error(JSON.stringify(first.problems))
      const printed = printCharter(first.value)
      const again = expandCharter(JSON.parse(JSON.stringify(printed)), { ...context, owner: 'another', seed: '2' })
      expect(again).toEqual(first)
      expect(canonicalJson(again as unknown as Json)).toBe(canonicalJson(first as unknown as Json))
    }),
    { numRuns: 200 },
  )
})

test('whatever the document is, reading it gives a charter or problems, and never throws', () => {
  const hostile = fc.oneof(
    fc.anything({ maxDepth: 4, withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
    fc.dictionary(fc.constantFrom('hypothesis', 'load', 'signals', 'fault', 'abort', 'ramp', 'seed', 'people', 'x'), fc.anything({ maxDepth: 3 })),
    fc
      .tuple(charter, fc.constantFrom('load', 'signals', 'fault', 'abort', 'ramp'), fc.anything({ maxDepth: 3 }))
      .map(([whole, key, part]) => ({ ...whole, [key]: part })),
  )
  fc.assert(
    fc.property(hostile, (source) => {
      for (const read of [expandCharter(source, context), expandLab(source, { folderName: 'x' })]) {
        if (read.ok) continue
        expect(read.problems.length).toBeGreaterThan(0)
        for (const problem of read.problems) expect(problem.message).not.toBe('')
      }
    }),
    { numRuns: 500 },
  )
})

test('a duration written down is read as the same milliseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => {
      expect(parseDuration(durationSource(ms))).toBe(ms)
    }),
  )
})
