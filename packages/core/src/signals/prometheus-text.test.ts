import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMetricsPage, pickSeries } from './prometheus-text.ts'

const page = (...lines: string[]) => parseMetricsPage(`${lines.join('\n')}\n`)
const series = (...lines: string[]) => {
  const parsed = page(...lines)
  if (!parsed.ok) throw new Error(`${parsed.line}: ${parsed.why}`)
  return parsed.series
}

describe('a page', () => {
  test('is read with comments, blank lines, labels, instants and a line feed at its end', () => {
    expect(
      series('# HELP lag How late', '# TYPE lag gauge', '', 'lag 3.5', '  up{job="api",zone="a"} 1 1700000000000', 'total{} 1e3\r', 'ns:rule_x +4.'),
    ).toEqual([
      { metric: 'lag', labels: {}, value: 3.5, at: undefined },
      { metric: 'up', labels: { job: 'api', zone: 'a' }, value: 1, at: 1_700_000_000_000 },
      { metric: 'total', labels: {}, value: 1000, at: undefined },
      { metric: 'ns:rule_x', labels: {}, value: 4, at: undefined },
    ])
  })

  test('may be empty', () => {
    expect(parseMetricsPage('')).toEqual({ ok: true, series: [] })
  })

  test('has label values with escapes, braces, commas and equals signs', () => {
    expect(series('a{path="C:\\\\dir",text="one\\ntwo",quote="\\"}{,=" , } 1')[0]?.labels).toEqual({
      path: 'C:\\dir',
      text: 'one\ntwo',
      quote: '"}{,=',
    })
  })

  test.each([
    ['NaN', Number.NaN],
    ['+Inf', Infinity],
    ['Inf', Infinity],
    ['-Inf', -Infinity],
    ['-.5', -0.5],
  ])('has the value %s', (text, value) => {
    expect(series(`a ${text}`)[0]?.value).toBe(value)
  })

  test('has exemplars, which are passed over, and instants in seconds as OpenMetrics has them', () => {
    expect(
      series('a_bucket{le="1"} 4 # {trace_id="x"} 0.5 1700000000.1', 'b 1 1700000000.5', 'c 1 1700000000', '# EOF').map((one) => one.at),
    ).toEqual([undefined, 1_700_000_000_500, 1_700_000_000_000])
  })

  test.each([
    ['<html>', 'no metric name'],
    ['{"status":"error"}', 'no metric name'],
    ['lag', 'no value after the name'],
    ['lag{a="1"}', 'no value after the name'],
    ['lag 1 2 3', 'no value after the name'],
    ['lag 1x', '"1x" is not a number'],
    ['lag 0x10', '"0x10" is not a number'],
    ['lag constructor', '"constructor" is not a number'],
    ['lag{a="1" 3', 'malformed labels'],
    ['lag{a="1"b="2"} 3', 'malformed labels'],
    ['lag{a=1} 3', 'malformed labels'],
    ['lag{a="\\t"} 3', 'malformed labels'],
    ['lag{a="1",a="2"} 3', 'the label a is there twice'],
  ])('with the line %j cannot be used, and says which line it is', (line, why) => {
    expect(page('# a page', 'ok 1', line, 'fine 1')).toEqual({ ok: false, line: 3, why })
  })

  test('that is cut off does not look like a smaller one', () => {
    const whole = 'lag{a="1"} 12345\nup 1\n'
    for (let length = 1; length < whole.length; length++) {
      if (whole[length - 1] === '\n') continue
      expect(parseMetricsPage(whole.slice(0, length)).ok).toBe(false)
    }
  })

  test('of rubbish never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('a{}="\\n, 1#\n')) })), (text) => {
        expect(() => parseMetricsPage(text)).not.toThrow()
      }),
    )
  })

  test('gives back every label value that was escaped by the rules', () => {
    const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    fc.assert(
      fc.property(fc.string(), (text) => {
        // A page ends its lines with a line feed; a bare carriage return would be trimmed only at the end of a line.
        expect(series(`a{x="${escaped(text)}"} 1`)[0]?.labels.x).toBe(text)
      }),
    )
  })

  test('of 50,000 series is read in a time that does not grow with its square', () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `http_requests_total{code="200",path="/${index}"} ${index}`).join('\n')
    const begun = performance.now()
    expect(parseMetricsPage(`${text}\n`).ok).toBe(true)
    expect(performance.now() - begun).toBeLessThan(4000)
  })
})

describe('one series is picked', () => {
  const all = series('lag{queue="a"} 3', 'lag{queue="b"} 4 1700000000000', 'other 1')

  test('by name and labels', () => {
    expect(pickSeries(all, 'lag', { queue: 'b' })).toEqual({ found: 'value', value: 4, at: 1_700_000_000_000 })
    expect(pickSeries(all, 'other', {})).toEqual({ found: 'value', value: 1, at: undefined })
  })

  test('or none: a missing series is not a zero', () => {
    expect(pickSeries(all, 'lagg', {})).toEqual({ found: 'no-series' })
    expect(pickSeries(all, 'lag', { queue: 'c' })).toEqual({ found: 'no-series' })
    expect(pickSeries(all, 'other', { toString: 'x' })).toEqual({ found: 'no-series' })
  })

  test('or none of several: it is not guessed', () => {
    expect(pickSeries(all, 'lag', {})).toEqual({ found: 'multi-series', count: 2 })
  })
})
