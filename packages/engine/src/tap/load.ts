import { Agent } from 'node:http'
import type { LoadSlice, LoadSpec } from '@safechaos/core'
import type { Resolve } from './hosts.ts'
import { type HttpEnd, sendHttp } from './send-http.ts'
import { SLICE_MS, Slices } from './slices.ts'

/** Requests that may wait for an answer at once; those above fail at once as `overflow`, so that a dead system cannot eat the generator's memory. */
export const MAX_IN_FLIGHT = 5000

/** Ends the load: nothing is sent any more. */
export type StopLoad = () => void

/**
 * Open-loop load: request number k is due at t0 + k / rate whatever became of the others, and its latency counts from that instant
 * (no coordinated omission). A generator that was late sends what is due at once and says how late it was.
 */
export function startLoad(
  spec: LoadSpec,
  run: string,
  resolve: Resolve,
  emit: (slice: LoadSlice) => void,
  maxInFlight: number = MAX_IN_FLIGHT,
): StopLoad {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  const url = new URL(spec.url)
  const headers = headersFor(spec, run)
  const stepMs = 1000 / spec.rate
  const slices = new Slices(Date.now(), emit)
  const origin = performance.now()
  const now = (): number => performance.now() - origin
  let sent = 0
  let inFlight = 0
  let timer: NodeJS.Timeout | undefined

  const send = (dueMs: number): void => {
    const slice = slices.scheduled(dueMs, Math.max(0, now() - dueMs))
    if (inFlight >= maxInFlight) {
      slices.ended(slice, spec.timeoutMs, 'overflow')
      return
    }
    inFlight++
    const ask = { method: spec.method, url, headers, body: spec.body, deadlineMs: spec.timeoutMs, until: 'end', agent } as const
    sendHttp(ask, resolve, (end) => {
      inFlight--
      slices.ended(slice, now() - dueMs, failureOf(end, spec.accept ?? []))
    })
  }
  const turn = (): void => {
    // One look at the clock: a generator that cannot keep up must still give its answers a turn.
    const until = now()
    while (sent * stepMs <= until) send(sent++ * stepMs)
    slices.passed(until)
    const wake = Math.min(sent * stepMs, (Math.floor(until / SLICE_MS) + 1) * SLICE_MS)
    timer = setTimeout(turn, Math.max(0, wake - now()))
  }
  turn()
  return () => {
    clearTimeout(timer)
    agent.destroy()
  }
}

/** The class of a failed request; undefined for one that was answered well: below 400, or with a status that the charter accepts. */
export function failureOf(end: HttpEnd, accept: readonly number[]): string | undefined {
  if ('failure' in end) return end.failure
  return end.status < 400 || accept.includes(end.status) ? undefined : `status-${end.status}`
}

function headersFor(spec: LoadSpec, run: string): Record<string, string> {
  const headers = { 'x-safechaos-run': run }
  return spec.body === undefined ? headers : { ...headers, 'content-type': isJson(spec.body) ? 'application/json' : 'text/plain' }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
