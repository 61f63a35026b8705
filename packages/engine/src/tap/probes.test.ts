import { setTimeout as sleep } from 'node:timers/promises'
import type { Sample, SignalSpec } from '@safechaos/core'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { closedPort, httpServer, tcpServer } from '../../../../test/support/http-server.ts'
import { resolveBy } from './hosts.ts'
import { readHttp, readMetrics, readTcp } from './probes.ts'
import type { Read } from './read.ts'
import { startSignals } from './signals.ts'

const context = { run: 'run1', resolve: resolveBy({ api: ['127.0.0.1'] }), roots: () => ({}), printed: () => undefined }
const read = (one: Read): Promise<Sample | undefined> => new Promise((done) => one(done))
const metrics = (port: number, labels: Readonly<Record<string, string>> = {}) =>
  ({ name: 'lag', from: 'metrics', url: `http://api:${port}/metrics`, metric: 'lag_seconds', labels, everyMs: 500, unit: 's' }) as const
const http = (port: number) => ({ name: 'up', from: 'http', url: `http://api:${port}/health`, everyMs: 100, timeoutMs: 300, unit: 'up' }) as const
const tcp = (port: number) => ({ name: 'port', from: 'tcp', host: 'api', port, everyMs: 100, timeoutMs: 300, unit: 'up' }) as const

test('a series is read, dated at the question or by the page itself', async () => {
  const before = Date.now()
  await using server = await httpServer((_, answer) =>
    answer.end('# TYPE lag_seconds gauge\nlag_seconds{queue="a"} 1.5\nlag_seconds{queue="b"} 2.5 1700000000000\n'),
  )
  const undated = await read(readMetrics(metrics(server.port, { queue: 'a' }), context))
  expect(undated).toMatchObject({ kind: 'reading', signal: 'lag', value: 1.5 })
  expect((undated as { at: number }).at).toBeGreaterThanOrEqual(before)
  expect(await read(readMetrics(metrics(server.port, { queue: 'b' }), context))).toEqual({
    kind: 'reading',
    signal: 'lag',
    at: 1_700_000_000_000,
    value: 2.5,
  })
})

const fifty = (answer: ServerResponse): void => {
  const piece = Buffer.alloc(1 << 16, 'lag_seconds 1\n')
  const push = (): void => {
    while (!answer.destroyed && answer.write(piece));
    if (!answer.destroyed) answer.once('drain', push)
  }
  push()
}

test.each<readonly [string, string, (answer: ServerResponse) => void]>([
  ['NaN', 'nan', (answer) => answer.end('lag_seconds NaN\n')],
  ['an infinite value', 'inf', (answer) => answer.end('lag_seconds +Inf\n')],
  ['an empty page', 'no-series', (answer) => answer.end('')],
  ['a page without the series', 'no-series', (answer) => answer.end('other 1\n')],
  ['two series', 'multi-series', (answer) => answer.end('lag_seconds{q="a"} 1\nlag_seconds{q="b"} 2\n')],
  ['status 500', 'http', (answer) => answer.writeHead(500).end('lag_seconds 1\n')],
  ['status 204', 'http', (answer) => answer.writeHead(204).end()],
  ['HTML', 'parse', (answer) => answer.end('<html><body>Welcome</body></html>\n')],
  ['a page that is cut off', 'parse', (answer) => answer.end('lag_seconds 1\nlag_sec')],
  ['an endless page', 'parse', fifty],
  ['no answer at all', 'timeout', () => undefined],
  ['an answer that drips', 'timeout', (answer) => setInterval(() => answer.write('#\n'), 50).unref()],
])('%s is no reading, but %s', async (_, reason, respond) => {
  await using server = await httpServer((_ask, answer) => respond(answer))
  const began = performance.now()
  expect(await read(readMetrics(metrics(server.port), context))).toMatchObject({ kind: 'no-reading', signal: 'lag', reason })
  expect(performance.now() - began).toBeLessThan(2000)
})

test('an exporter that is gone is no reading, but http', async () => {
  expect(await read(readMetrics(metrics(await closedPort()), context))).toMatchObject({
    reason: 'http',
    detail: expect.stringMatching(/^http:.*: connection refused$/) as string,
  })
})

test.each([
  [200, 1],
  [302, 1],
  [404, 0],
  [503, 0],
])('a page that answers %d is a probe of %d', async (status, value) => {
  await using server = await httpServer((_, answer) => answer.writeHead(status).end())
  expect(await read(readHttp(http(server.port), context))).toMatchObject({ kind: 'reading', signal: 'up', value, detail: String(status) })
})

test('a page that does not answer in time, and one that refuses, are down', async () => {
  await using server = await httpServer(() => undefined)
  const began = performance.now()
  expect(await read(readHttp(http(server.port), context))).toMatchObject({ value: 0, detail: 'timeout' })
  expect(performance.now() - began).toBeLessThan(1000)
  expect(await read(readHttp(http(await closedPort()), context))).toMatchObject({ value: 0, detail: 'refused' })
})

test('a port is up while it takes connections', async () => {
  await using server = await tcpServer(() => undefined)
  expect(await read(readTcp(tcp(server.port), context))).toMatchObject({ kind: 'reading', signal: 'port', value: 1 })
  expect(await read(readTcp(tcp(await closedPort()), context))).toMatchObject({ value: 0 })
  expect(await read(readTcp({ ...tcp(server.port), host: 'localhost' }, context))).toMatchObject({ value: 0 })
})

test('a signal that never answers delays no other, and asks for nothing more meanwhile', async () => {
  let hung = 0
  await using slow = await httpServer(() => hung++)
  await using quick = await httpServer((_, answer) => answer.end())
  const samples: Sample[] = []
  const specs: SignalSpec[] = [{ ...metrics(slow.port), everyMs: 100 }, http(quick.port)]
  const stop = startSignals(specs, context, (sample) => samples.push(sample))
  await sleep(950)
  stop()
  expect(hung).toBe(1)
  expect(samples.filter((sample) => sample.kind === 'reading' && sample.signal === 'up').length).toBeGreaterThanOrEqual(4)
})
