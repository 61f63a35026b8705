import type { RunView, ServiceView } from '../run/run-view.ts'
import { durationText } from '../units.ts'
import { gateLabel } from './lanes.ts'
import type { Recovery } from './report-model.ts'

/** Detect, mitigate, recover: how long each took, and how it was found. */
export function recovery(view: RunView): Recovery {
  const found = firstAlarm(view)
  const injected = view.times.injected
  return {
    steps: [
      {
        name: 'detect',
        ms: found === undefined || injected === undefined ? undefined : found.at - injected,
        how: found?.how ?? (injected === undefined ? 'nothing was injected' : 'no gate saw anything: every number stayed within its limit'),
      },
      mitigation(view, found?.at),
      returned(view),
    ],
    signals: view.recovered.map(({ signal, afterMs, detail }) => ({ signal: gateLabel(signal, view), ms: afterMs, detail })),
    services: injected === undefined ? [] : outages(view, injected),
  }
}

function firstAlarm(view: RunView): { readonly at: number; readonly how: string } | undefined {
  const injected = view.times.injected
  if (injected === undefined) return undefined
  const alarms = Object.entries(view.gates).flatMap(([name, { history }]) =>
    history
      .filter(({ at, state, nearing }) => at >= injected && (state !== 'OK' || nearing))
      .map(({ at, state, nearing }) => ({
        at,
        how: `gate ${gateLabel(name, view)} ${nearing ? 'was beyond its limit in one window' : state === 'BREACH' ? 'was in breach' : 'could not be read'}`,
      })),
  )
  const cause = view.causes.find(({ at, cause }) => cause !== 'completed' && at >= injected)
  if (cause !== undefined) alarms.push({ at: cause.at, how: `the run was ended by: ${cause.cause}` })
  return alarms.sort((a, b) => a.at - b.at)[0]
}

function mitigation(view: RunView, detected: number | undefined): Recovery['steps'][number] {
  const cause = view.causes[0]
  const gone = view.times.reverted
  if (view.times.injected === undefined) return { name: 'mitigate', ms: undefined, how: 'nothing was injected' }
  if (gone === undefined) return { name: 'mitigate', ms: undefined, how: 'the fault was never verified gone' }
  const from = detected ?? cause?.at
  const took = view.reverted === undefined ? '' : `; taking it back and looking took ${durationText(view.reverted.ms)}`
  if (cause === undefined || cause.cause === 'completed')
    return {
      name: 'mitigate',
      ms: from === undefined || gone < from ? undefined : gone - from,
      how: `the fault was taken back when its time was over${took}`,
    }
  return {
    name: 'mitigate',
    ms: from === undefined ? undefined : Math.max(0, gone - from),
    how: `${cause.cause === 'operator' ? 'the lab was told to stop, and took the fault back' : `the lab took the fault back by itself (${cause.cause})`}${took}`,
  }
}

function returned(view: RunView): Recovery['steps'][number] {
  if (view.recovered.length === 0) return { name: 'recover', ms: undefined, how: 'no signal had a recovery measured' }
  const missing = view.recovered.filter(({ afterMs }) => afterMs === undefined).map(({ signal }) => gateLabel(signal, view))
  if (missing.length > 0) return { name: 'recover', ms: undefined, how: `${missing.join(', ')} did not come back while recovery was watched` }
  const slowest = [...view.recovered].sort((a, b) => (b.afterMs ?? 0) - (a.afterMs ?? 0))[0]
  return { name: 'recover', ms: slowest?.afterMs, how: `${gateLabel(slowest?.signal ?? '', view)} was last: ${slowest?.detail ?? ''}` }
}

function outages(view: RunView, injected: number): Recovery['services'] {
  const close = view.stages.close.from ?? view.times.latest ?? injected
  const until = view.times.restoring ?? close
  return Object.entries(view.services).flatMap(([service, seen]) => outage(service, seen, { from: injected, until, close }))
}

function outage(
  service: string,
  { history, state }: ServiceView,
  { from, until, close }: { readonly from: number; readonly until: number; readonly close: number },
): Recovery['services'] {
  let downMs = 0
  let exits = 0
  for (const [index, change] of history.entries()) {
    if (change.at < from || change.at >= until) continue
    if (change.state === 'exited') exits++
    if (change.state === 'up' || change.state === 'healthy') continue
    downMs += Math.min(until, history[index + 1]?.at ?? until) - change.at
  }
  const beforeClose = history.filter(({ at }) => at < close).at(-1)?.state ?? state
  return exits === 0 && downMs === 0 ? [] : [{ service, downMs, exits, back: beforeClose === 'up' || beforeClose === 'healthy' }]
}
