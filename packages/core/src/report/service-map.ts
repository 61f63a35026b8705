import { hostOf } from '../charter/host-of.ts'
import type { SignalSpec } from '../gate/gate.ts'
import type { RunView } from '../run/run-view.ts'
import { realActs } from '../verdict/judge.ts'
import { serviceOf } from './lanes.ts'
import type { ServiceOnMap } from './report-model.ts'

/** Services in the order in which they were first seen, with their replicas: planned, hit, and how each ended. */
export function serviceMap(view: RunView): ServiceOnMap[] {
  const plan = view.planned?.plan
  const planned = new Set((plan?.targets ?? []).flatMap(({ members }) => members))
  const hit = new Set(
    realActs(view)
      .filter(({ times }) => times.injected !== undefined)
      .flatMap(({ target }) => plan?.targets.find(({ id }) => id === target)?.members ?? target.split('~')),
  )
  const replicas = [...new Set([...Object.keys(view.services), ...planned])]
  const entry = plan?.load === undefined ? undefined : hostOf(plan.load.url)
  return [...new Set(replicas.map(serviceOf))].map((service, colour) => ({
    service,
    colour,
    entry: entry === service,
    read: (plan?.signals ?? []).filter((signal) => readFrom(signal) === service).map(({ name }) => name),
    replicas: replicas
      .filter((id) => serviceOf(id) === service)
      .map((id) => ({ id, planned: planned.has(id), hit: hit.has(id), restarts: view.services[id]?.restarts ?? 0, end: stateBeforeClose(view, id) })),
  }))
}

/** What it was before the enclosure was closed, which ends everything. */
function stateBeforeClose(view: RunView, id: string): string {
  const close = view.stages.close.from ?? Number.POSITIVE_INFINITY
  return view.services[id]?.history.filter(({ at }) => at < close).at(-1)?.state ?? 'not seen'
}

function readFrom(signal: SignalSpec): string | undefined {
  if (signal.from === 'stats' || signal.from === 'logs') return serviceOf(signal.service)
  return signal.from === 'tcp' ? signal.host : hostOf(signal.url)
}
