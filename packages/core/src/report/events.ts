import type { RunView } from '../run/run-view.ts'
import { durationText } from '../units.ts'
import { realActs } from '../verdict/judge.ts'
import { gateLabel } from './lanes.ts'
import type { LogLine } from './log-line.ts'
import { boundedQuantity } from './quantity.ts'
import type { ReportEvent, ReportLog } from './report-model.ts'

/** Log lines this near to an event belong to it, in milliseconds either way. */
export const LOGS_AROUND_MS = 2000
const EVENTS_AT_MOST = 300
const LINES_AN_EVENT = 40
const LINE_CHARACTERS = 400
/** All excerpts together; the report stays small whatever a service writes. */
const CHARACTERS_IN_ALL = 240_000

type Bare = Omit<ReportEvent, 'id' | 'logs' | 'logsLeftOut'>

/** What happened, in time order: acts, services that ended or came back under fault, gates that changed, and the reason to stop. */
export function findEvents(view: RunView, since: (at: number) => number): Bare[] {
  const events = [
    ...actEvents(view, since),
    ...serviceEvents(view, since),
    ...gateEvents(view, since),
    ...causeEvents(view, since),
    ...restoreEvents(view, since),
  ]
  return events.sort((a, b) => a.t - b.t).slice(0, EVENTS_AT_MOST)
}

function actEvents(view: RunView, since: (at: number) => number): Bare[] {
  return realActs(view).flatMap(({ act, target, times, stage, detail }): Bare[] => {
    const lane = `fault:${target}`
    const event = (at: number | undefined, glyph: Bare['glyph'], title: string, text: string): Bare[] =>
      at === undefined ? [] : [{ t: since(at), lane, glyph, title, detail: text }]
    return [
      ...event(times.injected, 'inject', `fault into ${target}`, `act ${act}, stage ${stage}`),
      ...event(times['inject-failed'], 'inject', `inject failed on ${target}`, `act ${act}: ${detail}`),
      ...event(times['not-landed'], 'note', `fault on ${target} did not land`, `act ${act}`),
      ...event(times.verified, 'undo', `${target} verified back`, `act ${act}`),
      ...event(times.stuck, 'stop', `${target} could not be put back`, detail),
    ]
  })
}

function serviceEvents(view: RunView, since: (at: number) => number): Bare[] {
  const from = view.times.injected
  const until = view.times.restoring ?? view.stages.close.from ?? Number.POSITIVE_INFINITY
  return Object.entries(view.services).flatMap(([service, { history }]) =>
    history.flatMap(({ at, state, detail }, index): Bare[] => {
      if (from === undefined || at < from || at >= until || state === 'starting') return []
      const before = history[index - 1]?.state
      const down = state === 'exited' || state === 'unhealthy'
      if (!down && (before === 'up' || before === 'healthy')) return []
      return [
        {
          t: since(at),
          lane: `service:${service}`,
          glyph: down ? 'down' : 'up',
          title: `${service} ${state === 'exited' ? 'ended' : `is ${state}`}`,
          detail,
        },
      ]
    }),
  )
}

function gateEvents(view: RunView, since: (at: number) => number): Bare[] {
  return Object.entries(view.gates).flatMap(([name, { history }]) => {
    // Before the first window is judged every gate is unknown: that is how a run starts, not something that happened.
    const judged = history.slice(
      Math.max(
        0,
        history.findIndex(({ state }) => state === 'OK'),
      ),
    )
    return judged.flatMap((now, index): Bare[] => {
      const before = judged[index - 1]?.state ?? 'OK'
      if (now.state === before) return []
      const unit = view.planned?.plan.gates.find((gate) => gate.name === name)?.unit ?? ''
      const value = now.value === undefined ? '' : ` at ${boundedQuantity(now.value, now.bound, unit)}`
      const said =
        now.state === 'UNKNOWN' ? `unknown (${now.reason ?? 'no reason given'})` : now.state === 'BREACH' ? `in breach${value}` : `ok again${value}`
      return [{ t: since(now.at), lane: `gate:${name}`, glyph: 'gate', title: `${gateLabel(name, view)} is ${said}`, detail: now.detail }]
    })
  })
}

function causeEvents(view: RunView, since: (at: number) => number): Bare[] {
  return view.causes.map(({ at, cause, detail, first }): Bare => {
    if (first && cause === 'completed') return { t: since(at), lane: 'run', glyph: 'note', title: 'the ramp came to its end', detail }
    const gone = view.times.reverted
    const latency = first && gone !== undefined && gone >= at ? `; gone ${durationText(gone - at)} later` : ''
    return { t: since(at), lane: 'run', glyph: 'stop', title: first ? `ended by: ${cause}` : `also: ${cause}`, detail: `${detail}${latency}` }
  })
}

function restoreEvents(view: RunView, since: (at: number) => number): Bare[] {
  return view.snapshots.flatMap(({ at, what, detail }): Bare[] => {
    if (what === 'taken') return []
    const title = {
      restoring: 'the lab stops every service and brings the snapshot back',
      restored: 'the snapshot is back, and every service was started again',
      failed: 'the snapshot could not be brought back',
    }[what]
    return [{ t: since(at), lane: 'run', glyph: what === 'failed' ? 'stop' : 'undo', title, detail }]
  })
}

/** Gives each event the log lines nearest to it, within bounds. One pass over the lines, which may be many. */
export function withLogs(
  events: readonly Bare[],
  lines: Iterable<LogLine>,
  since: (at: number) => number,
): { events: ReportEvent[]; lines: number; byService: Record<string, number> } {
  const near = events.map((): ReportLog[] => [])
  const leftOut = events.map(() => 0)
  const byService = new Map<string, number>()
  let count = 0
  for (const { at, service, stream, line } of lines) {
    count++
    byService.set(service, (byService.get(service) ?? 0) + 1)
    const t = since(at)
    for (const [index, event] of events.entries()) {
      const distance = Math.abs(event.t - t)
      const kept = near[index]
      if (distance > LOGS_AROUND_MS || kept === undefined) continue
      if (kept.length === LINES_AN_EVENT) leftOut[index] = (leftOut[index] ?? 0) + 1
      if (kept.length === LINES_AN_EVENT && distance >= dropFarther(kept, event.t, distance)) continue
      kept.push({ t, service, stream, line: line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line })
    }
  }
  let budget = CHARACTERS_IN_ALL
  return {
    events: events.map((event, index): ReportEvent => {
      const all = (near[index] ?? []).sort((a, b) => a.t - b.t)
      const logs = all.filter(({ line }) => (budget -= line.length + 60) >= 0)
      return { id: `e${index + 1}`, ...event, logs, logsLeftOut: (leftOut[index] ?? 0) + all.length - logs.length }
    }),
    lines: count,
    byService: Object.fromEntries(byService),
  }
}

/** Removes the farthest line if it is farther than `distance`; returns how far it was. */
function dropFarther(lines: ReportLog[], t: number, distance: number): number {
  const distances = lines.map((line) => Math.abs(line.t - t))
  const farthest = Math.max(...distances)
  if (farthest > distance) lines.splice(distances.indexOf(farthest), 1)
  return farthest
}
