import { connect } from 'node:net'
import { BOUNDS, type NoReading, type Reading, type SignalSpec } from '@safechaos/core'
import { readPage } from './read-page.ts'
import { sendHttp } from './send-http.ts'
import type { Read, SignalContext } from './read.ts'

type Probing = Pick<SignalContext, 'run' | 'resolve'>
type Spec<From extends SignalSpec['from']> = Extract<SignalSpec, { readonly from: From }>

/** A longer metrics page is not read to its end. */
export const MAX_PAGE_BYTES = 1 << 20

/** 1 if the GET is answered with 2xx or 3xx in time, else 0; dated at the question. */
export function readHttp(spec: Spec<'http'>, { run, resolve }: Probing): Read {
  const url = new URL(spec.url)
  const ask = { method: 'GET', url, headers: { 'x-safechaos-run': run }, deadlineMs: spec.timeoutMs, until: 'status', agent: false } as const
  return (done) => {
    const at = Date.now()
    sendHttp(ask, resolve, (end) => {
      const up = 'status' in end && isUp(end.status, spec.expectStatus)
      done({ ...upOrDown(spec.name, at, up), detail: 'status' in end ? String(end.status) : end.failure })
    })
  }
}

const isUp = (status: number, expected: number | undefined): boolean => (expected === undefined ? status >= 200 && status < 400 : status === expected)

/** 1 if the connection opens in time, else 0; dated at the question. */
export function readTcp(spec: Spec<'tcp'>, { resolve }: Pick<Probing, 'resolve'>): Read {
  return (done) => {
    const at = Date.now()
    const address = resolve(spec.host)
    if (address === undefined) return done(upOrDown(spec.name, at, false))
    const socket = connect({ host: address, port: spec.port })
    let ended = false
    const end = (up: boolean): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      socket.destroy()
      done(upOrDown(spec.name, at, up))
    }
    const timer = setTimeout(() => setImmediate(() => end(false)), spec.timeoutMs)
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
  }
}

/** One series of a metrics page, dated at the question, or by the page's own time stamp where it has one. */
export function readMetrics(spec: Spec<'metrics'>, { run, resolve }: Probing): Read {
  const ask = {
    method: 'GET',
    url: new URL(spec.url),
    headers: { 'x-safechaos-run': run, accept: 'text/plain' },
    deadlineMs: BOUNDS.scrapeTimeoutMs,
    until: 'text',
    maxBytes: MAX_PAGE_BYTES,
    agent: false,
  } as const
  return (done) => {
    const at = Date.now()
    sendHttp(ask, resolve, (end) => {
      if ('failure' in end) return done(notRead(spec.name, REASONS[end.failure] ?? 'http', `${spec.url}: ${FAILURES[end.failure] ?? end.failure}`))
      if (end.status !== 200) return done(notRead(spec.name, 'http', `${spec.url}: status ${end.status}`))
      return done(readPage(spec, end.body, at))
    })
  }
}

const REASONS: Readonly<Record<string, NoReading['reason']>> = { timeout: 'timeout', 'too-large': 'parse', 'not-http': 'parse' }

const FAILURES: Readonly<Record<string, string>> = { timeout: `no answer within ${BOUNDS.scrapeTimeoutMs} ms`, refused: 'connection refused' }

const upOrDown = (signal: string, at: number, up: boolean): Reading => ({ kind: 'reading', signal, at, value: up ? 1 : 0 })

const notRead = (signal: string, reason: NoReading['reason'], detail: string): NoReading => ({
  kind: 'no-reading',
  signal,
  at: Date.now(),
  reason,
  detail,
})
