import { counted } from '../counted.ts'
import type { GateView, RunView, ServiceState, ServiceView } from '../run/run-view.ts'
import { STAGES, STAGE_SENTENCE } from '../stages.ts'
import { durationText } from '../units.ts'
import { realActs } from '../verdict/judge.ts'
import { gateNumber } from './charter-in-words.ts'
import { boundedQuantity } from './quantity.ts'
import type { Lane, Span } from './report-model.ts'

/** What lanes are drawn with: the view, a clock that starts at the first injection, and the palette position of each service. */
export interface LaneContext {
  readonly view: RunView
  readonly since: (at: number) => number
  readonly end: number
  readonly colours: ReadonlyMap<string, number>
}

/** The service of a replica: `worker` of `worker#2`. */
export const serviceOf = (replica: string): string => replica.split('#')[0] ?? replica

/** All lanes, in the order in which they are read: the run, its ramp, what was done, what became of the services, what the gates said. */
export function lanes(context: LaneContext): Lane[] {
  const { view } = context
  return [
    { id: 'run', group: 'run' as const, label: 'stages', colour: undefined, spans: stageSpans(context) },
    { id: 'ramp', group: 'ramp' as const, label: 'ramp', colour: undefined, spans: rampSpans(context) },
    ...faultLanes(context),
    ...Object.entries(view.services).map(
      ([id, service]): Lane => ({
        id: `service:${id}`,
        group: 'service',
        label: id,
        colour: context.colours.get(serviceOf(id)),
        spans: serviceSpans(service, context),
      }),
    ),
    ...Object.entries(view.gates).map(
      ([name, gate]): Lane => ({
        id: `gate:${name}`,
        group: 'gate',
        label: gateLabel(name, view),
        colour: undefined,
        spans: gateSpans(name, gate, context),
      }),
    ),
  ].filter(({ spans }) => spans.length > 0)
}

/** The gate's number as people call it. */
export function gateLabel(name: string, view: RunView): string {
  const spec = view.planned?.plan.gates.find((gate) => gate.name === name)
  return spec === undefined ? name : gateNumber(spec)
}

function stageSpans({ view, since, end }: LaneContext): Span[] {
  return STAGES.flatMap((stage): Span[] => {
    const { from, to, state, detail } = view.stages[stage]
    if (from === undefined) return []
    return [
      {
        from: since(from),
        to: to === undefined ? end : since(to),
        word: stage,
        tone: state === 'failed' ? 'bad' : 'calm',
        level: 'full',
        detail: [STAGE_SENTENCE[stage], state === 'failed' ? 'did not pass' : '', detail].filter(Boolean).join('; '),
      },
    ]
  })
}

function rampSpans({ view, since, end }: LaneContext): Span[] {
  const starts = view.ramp.filter(({ state }) => state === 'inject')
  const over = view.times.cause ?? view.times.reverted
  return starts.map(({ at, stage, targets, of }, index): Span => {
    const passed = view.ramp.find((mark) => mark.stage === stage && mark.state === 'passed')?.at
    const to = passed ?? starts[index + 1]?.at ?? over
    return {
      from: since(at),
      to: to === undefined ? end : since(to),
      word: `${targets} of ${of}`,
      tone: passed === undefined ? 'bad' : 'calm',
      level: 'full',
      detail: `stage ${stage}: ${targets} of ${counted(of, 'target')}, ${passed === undefined ? 'not passed' : 'passed'}`,
    }
  })
}

/** One lane a target; acts on the same target follow each other in it. */
function faultLanes({ view, since, end, colours }: LaneContext): Lane[] {
  const lanes = new Map<string, Span[]>()
  for (const { act, target, times, stage } of realActs(view)) {
    const from = times.injected ?? times['inject-failed']
    if (from === undefined) continue
    const gone = times.verified
    const landed =
      times.landed === undefined
        ? times['not-landed'] === undefined
          ? 'not known if it landed'
          : 'did not land'
        : `landed after ${durationText(Math.max(0, times.landed - from))}`
    const span: Span = {
      from: since(from),
      to: gone === undefined ? end : since(gone),
      word: times['inject-failed'] !== undefined ? 'failed' : gone === undefined ? 'not gone' : 'in',
      tone: 'bad',
      level: gone === undefined || times['inject-failed'] !== undefined ? 'none' : 'full',
      detail: `${act}, stage ${stage}: ${landed}; ${gone === undefined ? 'not verified gone' : `verified gone ${durationText(gone - from)} after it was injected`}`,
    }
    lanes.set(target, [...(lanes.get(target) ?? []), span])
  }
  return [...lanes].map(
    ([target, spans]): Lane => ({
      id: `fault:${target}`,
      group: 'fault',
      label: `fault on ${target}`,
      colour: colours.get(serviceOf(target)),
      spans,
    }),
  )
}

const SERVICE_LOOK = {
  starting: { tone: 'calm', level: 'half', word: 'starting' },
  up: { tone: 'good', level: 'full', word: 'up' },
  healthy: { tone: 'good', level: 'full', word: 'healthy' },
  unhealthy: { tone: 'unsure', level: 'half', word: 'unhealthy' },
  exited: { tone: 'bad', level: 'none', word: 'down' },
} as const satisfies Record<ServiceState, Pick<Span, 'tone' | 'level' | 'word'>>

function serviceSpans({ history }: ServiceView, { since, end, view }: LaneContext): Span[] {
  const closed = view.stages.close.from
  const until = closed === undefined ? end : since(closed)
  return history.flatMap(({ at, state, detail }, index): Span[] => {
    const to = Math.min(until, history[index + 1] === undefined ? until : since(history[index + 1]?.at ?? 0))
    const from = since(at)
    return to <= from ? [] : [{ from, to, ...SERVICE_LOOK[state], detail }]
  })
}

/** A gate says something at an instant; what it says holds until it says something else, or until nobody asks any more. */
function gateSpans(name: string, { history }: GateView, { since, end, view }: LaneContext): Span[] {
  const spec = view.planned?.plan.gates.find((gate) => gate.name === name)
  const asked = view.times.cause ?? view.times.reverted ?? view.times.latest
  const over = asked === undefined ? end : since(Math.max(asked, view.reverted?.at ?? 0, history.at(-1)?.at ?? 0))
  const spans: Span[] = []
  for (const [index, now] of history.entries()) {
    const word =
      now.state === 'UNKNOWN'
        ? `unknown: ${now.reason ?? 'no reason given'}`
        : now.state === 'BREACH'
          ? 'breach'
          : now.nearing
            ? 'beyond limit'
            : 'ok'
    const to = history[index + 1] === undefined ? over : since(history[index + 1]?.at ?? 0)
    const last = spans.at(-1)
    if (last?.word === word) {
      spans[spans.length - 1] = { ...last, to }
      continue
    }
    spans.push({
      from: since(now.at),
      to,
      word,
      tone: now.state === 'BREACH' ? 'bad' : now.state === 'UNKNOWN' || now.nearing ? 'unsure' : 'good',
      level: now.state === 'BREACH' ? 'full' : now.state === 'UNKNOWN' ? 'none' : 'half',
      detail:
        now.value === undefined
          ? now.detail
          : `${boundedQuantity(now.value, now.bound, spec?.unit ?? '')}${now.detail === '' ? '' : `; ${now.detail}`}`,
    })
  }
  return spans
}
