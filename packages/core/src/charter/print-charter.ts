import { z } from 'zod'
import type { Json } from '../canonical.ts'
import { type FaultSpec, faultOf } from '../faults/catalogue.ts'
import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import type { LoadSpec } from '../signals/load.ts'
import { durationSource } from '../units.ts'
import { zod } from '../zod.ts'
import type { Charter } from './charter.ts'
import { limitSource } from './gate-limit.ts'

/** A charter in full, in the form that people write: read again, it expands to the same charter. */
export function printCharter(charter: Charter): Readonly<Record<string, Json>> {
  const optional = (key: string, value: Json | undefined) => (value === undefined ? {} : { [key]: value })
  return {
    name: charter.name,
    ...optional('purpose', charter.purpose),
    hypothesis: charter.hypothesis,
    stack: charter.stack,
    environment: charter.environment,
    containment: charter.containment,
    ...optional('load', charter.load && printLoad(charter.load)),
    signals: Object.fromEntries(charter.signals.map((signal) => [signal.name, printSignal(signal)])),
    fault: printFault(charter.fault),
    ramp: {
      steps: charter.ramp.steps.map((step) => ('targets' in step ? step.targets : `${step.percent}%`)),
      hold: durationSource(charter.ramp.holdMs),
    },
    abort: Object.fromEntries(charter.gates.map((gate) => [gate.name, printGate(gate)])),
    invariants: Object.fromEntries(
      charter.invariants.map(({ name, get, expectStatus, withinMs }) => [name, { get, status: expectStatus, within: durationSource(withinMs) }]),
    ),
    baseline: durationSource(charter.baselineMs),
    recovery: durationSource(charter.recoveryMs),
    limit: durationSource(charter.limitMs),
    lease: durationSource(charter.lease.ms),
    maxAbort: durationSource(charter.maxAbortMs),
    seed: charter.seed,
    owner: charter.owner,
    people: charter.people,
    ...optional('rollback', charter.rollback),
    ...optional('schedule', charter.schedule),
  }
}

function printLoad({ method, url, body, rate, timeoutMs, accept }: LoadSpec): Json {
  return {
    [method === 'GET' ? 'get' : 'post']: url,
    ...(body === undefined ? {} : { body }),
    rate: printRate(rate),
    timeout: durationSource(timeoutMs),
    ...(accept === undefined ? {} : { accept }),
  }
}

/** Rates per minute are kept as such when they are not whole milliparts of a second. */
function printRate(rate: number): string {
  const perSecond = Number(rate.toFixed(3))
  return perSecond === rate ? `${perSecond}/s` : `${Number((rate * 60).toFixed(3))}/m`
}

function printSignal(signal: SignalSpec): Json {
  const every = durationSource(signal.everyMs)
  switch (signal.from) {
    case 'metrics':
      return { scrape: signal.url, metric: signal.metric, labels: signal.labels, every, unit: signal.unit }
    case 'http':
      return { http: signal.url, every, timeout: durationSource(signal.timeoutMs) }
    case 'tcp':
      return { tcp: `${signal.host}:${signal.port}`, every, timeout: durationSource(signal.timeoutMs) }
    case 'stats':
      return { stat: signal.stat, service: signal.service, every }
    case 'logs':
      return { log: signal.text, service: signal.service, every }
    default:
      throw new TypeError(`unknown signal: ${JSON.stringify(signal satisfies never)}`)
  }
}

function printGate(gate: GateSpec): Json {
  return {
    breach: limitSource(gate),
    window: durationSource(gate.windowMs),
    need: gate.need,
    of: gate.of,
    minRequests: gate.minRequests,
    fresh: durationSource(gate.freshMs),
    guard: gate.guard,
  }
}

/** A fault in the form that people write, by the inverse of its own schema. */
export function printFault(fault: FaultSpec): Json {
  const definition = faultOf(fault.kind)
  if (!definition) throw new TypeError(`no fault ${fault.kind} in the catalogue`)
  return z.encode(definition.schema(zod), fault) as Json
}
