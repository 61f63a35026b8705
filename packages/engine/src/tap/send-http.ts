import { type Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import type { Resolve } from './hosts.ts'

/** How one request ended. `failure` is a class such as `timeout`, `refused`, `reset`, `too-large`. */
export type HttpEnd = { readonly status: number; readonly body: string } | { readonly failure: string }

export interface HttpAsk {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** From the send to the end that is wanted, in milliseconds. An answer that never ends or only drips does not prolong it. */
  readonly deadlineMs: number
  /** What ends the request: the status line, the whole answer (thrown away), or the whole answer with its text. */
  readonly until: 'status' | 'end' | 'text'
  /** A longer answer is the failure `too-large`; only looked at with `until: 'text'`. */
  readonly maxBytes?: number
  readonly agent: Agent | false
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
}

/** Sends one request to the next replica of the URL's service and calls `onEnd` exactly once. Never throws. */
export function sendHttp(ask: HttpAsk, resolve: Resolve, onEnd: (end: HttpEnd) => void): void {
  const name = ask.url.hostname.replace(/^\[|\]$/g, '')
  const address = resolve(name)
  if (address === undefined) {
    onEnd({ failure: 'unknown-host' })
    return
  }
  attempt(ask, address, true, onEnd)
}

function attempt(ask: HttpAsk, address: string, mayRepeat: boolean, onEnd: (end: HttpEnd) => void): void {
  const sent = request(optionsFor(ask, address))
  let ended = false
  const end = (how: HttpEnd, whole: boolean): void => {
    if (ended) return
    ended = true
    clearTimeout(timer)
    onEnd(how)
    if (!whole) sent.destroy()
  }
  // After a stall of this process timers fire before sockets are read: an answer that is already here gets its turn first.
  const timer = setTimeout(() => setImmediate(() => end({ failure: 'timeout' }, false)), ask.deadlineMs)
  sent.on('error', (error: NodeJS.ErrnoException) => {
    // The server closed an idle connection in the same moment: it has seen nothing of this request, which repeating a GET makes sure of.
    if (!ended && mayRepeat && sent.reusedSocket && ask.method === 'GET' && error.code === 'ECONNRESET') {
      ended = true
      clearTimeout(timer)
      attempt(ask, address, false, onEnd)
    } else end({ failure: failureOf(error) }, false)
  })
  sent.on('response', (answer) => readAnswer(ask, answer, end))
  sent.end(ask.body)
}

function readAnswer(ask: HttpAsk, answer: IncomingMessage, end: (how: HttpEnd, whole: boolean) => void): void {
  const status = answer.statusCode ?? 0
  const parts: Buffer[] = []
  let size = 0
  answer.on('error', (error: NodeJS.ErrnoException) => end({ failure: failureOf(error) }, false))
  answer.on('close', () => end({ failure: 'reset' }, false))
  if (ask.until === 'status') {
    end({ status, body: '' }, false)
    return
  }
  answer.on('data', (part: Buffer) => {
    if (ask.until !== 'text') return
    size += part.length
    if (size > (ask.maxBytes ?? Number.POSITIVE_INFINITY)) end({ failure: 'too-large' }, false)
    else parts.push(part)
  })
  answer.on('end', () => end({ status, body: ask.until === 'text' ? Buffer.concat(parts).toString('utf8') : '' }, true))
}

function optionsFor(ask: HttpAsk, address: string): RequestOptions {
  return {
    host: address,
    port: ask.url.port === '' ? 80 : Number(ask.url.port),
    method: ask.method,
    path: `${ask.url.pathname}${ask.url.search}`,
    headers: { ...ask.headers, host: ask.url.host, ...(ask.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(ask.body)) }) },
    agent: ask.agent,
  }
}

function failureOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? 'failed'
  if (code.startsWith('HPE_')) return 'not-http'
  return FAILURES[code] ?? code.toLowerCase()
}
