import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadSlice, LoadSpec } from '@safechaos/core'
import { expect, test } from 'vitest'
import { closedPort, httpServer, tcpServer } from '../../../../test/support/http-server.ts'
import { resolveBy } from './hosts.ts'
import { startLoad } from './load.ts'

const resolve = resolveBy({ api: ['127.0.0.1'] })
const spec = (port: number, changes: Partial<LoadSpec> = {}): LoadSpec => ({
  method: 'GET',
  url: `http://api:${port}/pay`,
  rate: 100,
  timeoutMs: 300,
  ...changes,
})

interface Totals {
  readonly slices: readonly LoadSlice[]
  readonly scheduled: number
  readonly ok: number
  readonly failed: Readonly<Record<string, number>>
  readonly latencies: readonly number[]
}

async function loadFor(ms: number, load: LoadSpec, maxInFlight?: number): Promise<Totals> {
  const slices: LoadSlice[] = []
  const stop = startLoad(load, 'run1', resolve, (slice) => slices.push(slice), maxInFlight)
  await sleep(ms)
  stop()
  const failed: Record<string, number> = {}
  for (const [name, count] of slices.flatMap((slice) => Object.entries(slice.failed))) failed[name] = (failed[name] ?? 0) + count
  const sum = (pick: (slice: LoadSlice) => number): number => slices.reduce((total, slice) => total + pick(slice), 0)
  return {
    slices,
    scheduled: sum(({ scheduled }) => scheduled),
    ok: sum(({ ok }) => ok),
    failed,
    latencies: slices.flatMap(({ latencies }) => latencies),
  }
}

test('every slice has exactly the requests of the rate, each marked with the run', async () => {
  const runs = new Set<unknown>()
  await using server = await httpServer((ask, answer) => {
    runs.add(ask.headers['x-safechaos-run'])
    answer.end('ok')
  })
  const { slices, scheduled, ok } = await loadFor(1050, spec(server.port))
  expect(slices.length).toBeGreaterThanOrEqual(6)
  expect(slices.every((slice) => slice.scheduled === 10)).toBe(true)
  expect(slices.every((slice) => slice.to - slice.from === 100)).toBe(true)
  expect(ok).toBe(scheduled)
  expect([...runs]).toEqual(['run1'])
})

test('answers that take long delay no request: the load is open', async () => {
  let asked = 0
  await using server = await httpServer((_, answer) => {
    asked++
    setTimeout(() => answer.end('late'), 250)
  })
  const { latencies } = await loadFor(1000, spec(server.port))
  expect(asked).toBeGreaterThanOrEqual(60)
  expect(Math.min(...latencies)).toBeGreaterThanOrEqual(245)
})

test('a server that never answers costs each request its time-out, and the latencies say so', async () => {
  await using server = await httpServer(() => undefined)
  const { scheduled, failed, latencies } = await loadFor(1000, spec(server.port))
  expect(failed).toEqual({ timeout: scheduled })
  expect(Math.min(...latencies)).toBeGreaterThanOrEqual(295)
})

test('an answer that drips without end is a time-out, not an ok', async () => {
  await using server = await httpServer((_, answer) => {
    const timer = setInterval(() => answer.write('.'), 20)
    answer.on('close', () => clearInterval(timer))
  })
  const { ok, failed } = await loadFor(800, spec(server.port))
  expect(ok).toBe(0)
  expect(Object.keys(failed)).toEqual(['timeout'])
})

test.each([
  ['refused', async () => ({ port: await closedPort(), [Symbol.asyncDispose]: async () => undefined })],
  ['reset', () => tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))],
  ['reset', () => tcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')))],
  ['not-http', () => tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))],
  ['status-503', () => httpServer((_, answer) => answer.writeHead(503).end())],
  ['status-404', () => httpServer((_, answer) => answer.writeHead(404).end())],
])('a failed request is counted as %s', async (failure, start) => {
  await using server = await start()
  const { scheduled, failed } = await loadFor(500, spec(server.port))
  expect(scheduled).toBeGreaterThan(0)
  expect(failed).toEqual({ [failure]: scheduled })
})

test('a status that the charter accepts is ok, and only that one', async () => {
  await using server = await httpServer((ask, answer) => answer.writeHead(ask.method === 'POST' ? 429 : 503).end())
  const accepted = await loadFor(400, spec(server.port, { method: 'POST', body: '{"amount":1}', accept: [429] }))
  expect(accepted.ok).toBe(accepted.scheduled)
  const refused = await loadFor(400, spec(server.port, { accept: [429] }))
  expect(refused.failed).toEqual({ 'status-503': refused.scheduled })
})

test('a post carries its body, as JSON when it is JSON', async () => {
  const seen = new Set<string>()
  await using server = await httpServer((ask, answer) => {
    let text = ''
    ask.on('data', (part) => (text += String(part)))
    ask.on('end', () => {
      seen.add(`${ask.headers['content-type']} ${text}`)
      answer.end()
    })
  })
  await loadFor(300, spec(server.port, { method: 'POST', body: '{"amount":1}' }))
  await loadFor(300, spec(server.port, { method: 'POST', body: 'plain words' }))
  expect([...seen]).toEqual(['application/json {"amount":1}', 'text/plain plain words'])
})

test('a service that the stack does not have is a failure of its own, and is never looked up elsewhere', async () => {
  const { scheduled, failed } = await loadFor(400, { ...spec(80), url: 'http://localhost:80/' })
  expect(failed).toEqual({ 'unknown-host': scheduled })
})

test('what is above the bound of waiting requests fails at once as overflow', async () => {
  await using server = await httpServer(() => undefined)
  const { failed } = await loadFor(900, spec(server.port, { timeoutMs: 500 }), 10)
  expect(failed.overflow).toBeGreaterThan(20)
})

test('a generator that was late sends what was due, counts latency from the instant it was due, and says how late it was', async () => {
  await using server = await httpServer((_, answer) => answer.end('ok'))
  const loading = loadFor(1000, spec(server.port))
  await sleep(350)
  const until = performance.now() + 250
  while (performance.now() < until) Math.sqrt(until)
  const { slices, ok, scheduled, latencies } = await loading
  expect(Math.max(...slices.map(({ lateMs }) => lateMs))).toBeGreaterThanOrEqual(200)
  expect(Math.max(...latencies)).toBeGreaterThanOrEqual(200)
  expect(slices.every((slice) => slice.scheduled === 10)).toBe(true)
  expect(ok).toBe(scheduled)
})

test('replicas are asked in turn, and one that is gone fails only its own share', async () => {
  await using server = await httpServer((_, answer) => answer.end('ok'), '127.0.0.2')
  const slices: LoadSlice[] = []
  const stop = startLoad(spec(server.port), 'run1', resolveBy({ api: ['127.0.0.2', '127.0.0.3'] }), (slice) => slices.push(slice))
  await sleep(600)
  stop()
  expect(slices.length).toBeGreaterThan(2)
  expect(slices.map(({ ok, failed }) => [ok, failed])).toEqual(slices.map(() => [5, { refused: 5 }]))
})
