import { PassThrough } from 'node:stream'
import type { Sample } from '@safechaos/core'
import { expect, test } from 'vitest'
import { parseSample, tapReader } from './tap-reader.ts'

const reading: Sample = { kind: 'reading', signal: 'lag', at: 1000, value: 0.5 }
const slice: Sample = { kind: 'load', from: 0, to: 100, scheduled: 2, ok: 1, failed: { timeout: 1 }, latencies: [3.1, 1000], lateMs: 0.2 }

test('samples are read in order, what is none is told, and the end is told once', async () => {
  const stream = new PassThrough()
  const samples: Sample[] = []
  const malformed: string[] = []
  const ended = new Promise<void>((done) =>
    tapReader(stream, { onSample: (sample) => samples.push(sample), onMalformed: (detail) => malformed.push(detail), onEnd: done }),
  )
  stream.end(`${JSON.stringify(reading)}\nnot JSON\n${JSON.stringify(slice)}\n${'x'.repeat((1 << 20) + 1)}\n`)
  await ended
  expect(samples).toEqual([reading, slice])
  expect(malformed).toHaveLength(2)
})

test('a value that is not a finite number is no reading', () => {
  expect(parseSample('{"kind":"reading","signal":"lag","at":1,"value":null}')).toBeUndefined()
  expect(parseSample('{"kind":"reading","signal":"lag","at":1,"value":1e999}')).toBeUndefined()
  expect(parseSample('{"kind":"reading","signal":"lag","value":1}')).toBeUndefined()
})

test('an unknown kind, an unknown reason and a slice with a broken count are no samples', () => {
  expect(parseSample('{"kind":"toString"}')).toBeUndefined()
  expect(parseSample('{"kind":"no-reading","signal":"lag","at":1,"reason":"fine","detail":""}')).toBeUndefined()
  expect(parseSample(JSON.stringify({ ...slice, failed: { timeout: 'one' } }))).toBeUndefined()
  expect(parseSample(JSON.stringify({ ...slice, latencies: ['3'] }))).toBeUndefined()
})
