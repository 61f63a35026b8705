import type { LedgerRecord } from '../ledger/record.ts'
import { foldRun, type RunView } from '../run/run-view.ts'
import type { LoadSlice, Sample } from '../signals/sample.ts'
import { durationText } from '../units.ts'
import { isEverythingBack } from './back.ts'
import { charterInWords } from './charter-in-words.ts'
import { findEvents, withLogs } from './events.ts'
import { lanes } from './lanes.ts'
import { lights } from './lights.ts'
import { loadSeconds } from './load-seconds.ts'
import type { LogLine } from './log-line.ts'
import { whatMoved } from './moved.ts'
import { phases, type Parts } from './phases.ts'
import { plots } from './plots.ts'
import { provenance } from './provenance.ts'
import { recovery } from './recovery.ts'
import type { ReportModel } from './report-model.ts'
import { serviceMap } from './service-map.ts'
import { stepsInWords } from './steps-in-words.ts'
import { whatNext } from './what-next.ts'

/** Tells a run: a fold over its records, its samples and the lines its services wrote. Works on whatever a run left, also when it never injected. */
export function buildReport(records: readonly LedgerRecord[], samples: readonly Sample[], logs: Iterable<LogLine> = []): ReportModel {
  const view = foldRun(records)
  const started = view.times.begun ?? records[0]?.at ?? 0
  const ended = view.times.latest ?? started
  const zero = view.times.injected ?? started
  const since = (at: number) => at - zero
  const plan = view.planned?.plan
  const parts = partsOf(view, since)
  const told = beforeRestoring(view, samples)
  const slices = told.filter((sample): sample is LoadSlice => sample.kind === 'load')
  const plotted = plots({ plan, samples: told, since, seconds: loadSeconds(slices, zero), baseline: parts.find(({ name }) => name === 'baseline') })
  const map = serviceMap(view)
  const { events, ...counts } = withLogs(findEvents(view, since), logs, since)
  const recovered = recovery(view)
  const moved = whatMoved(plotted, parts)
  return {
    version: 1,
    run: {
      id: view.begun?.run ?? 'unknown',
      name: plan?.charter.name ?? 'unknown',
      by: view.begun?.by ?? '',
      host: view.begun?.host ?? '',
      startedAt: started,
      endedAt: ended,
    },
    zero,
    zeroIs: view.times.injected === undefined ? 'start of the run' : 'first injection',
    sentence: view.verdict?.sentence ?? 'No verdict: the ledger ends before the run was judged.',
    lights: lights(view.verdict),
    verdict: view.verdict,
    charter:
      plan === undefined
        ? { name: 'unknown', hypothesis: 'not recorded: the run ended before there was a plan', did: 'Nothing', facts: [] }
        : charterInWords(plan),
    map,
    steps: plan === undefined ? [] : stepsInWords(plan),
    clock: {
      from: since(clockStart(view, started, ended)),
      to: since(ended),
      fault: faultBand(view, since, since(ended)),
      lanes: lanes({ view, since, end: since(ended), colours: new Map(map.map(({ service, colour }) => [service, colour])) }),
      events,
      stop: stopOf(view, since),
    },
    plots: plotted,
    felt: phases(parts, { samples: told, plan, since }),
    recovery: recovered,
    moved,
    back: isEverythingBack(view, since),
    next: whatNext(view, recovered, moved),
    logs: counts,
    provenance: provenance(view, records),
  }
}

/** What the lab itself did to the services is no evidence about them. */
function beforeRestoring({ times: { restoring = Number.POSITIVE_INFINITY } }: RunView, samples: readonly Sample[]): readonly Sample[] {
  return samples.filter((sample) => (sample.kind === 'load' ? sample.to : sample.at) < restoring)
}

/** Preparations get at most a sixth of the clock: what they did is told elsewhere, and plots need the room. */
function clockStart({ stages }: RunView, started: number, ended: number): number {
  const watched = stages.baseline.from
  return watched === undefined ? started : Math.max(started, watched - (ended - watched) / 5)
}

/** Baseline, under fault, recovery: from what the ledger says, never from what the plan hoped. */
export function partsOf(view: RunView, since: (at: number) => number): Parts {
  const { baseline, close } = view.stages
  const injected = view.times.injected
  const end = view.times.restoring ?? close.from ?? view.times.latest
  const gone = view.times.reverted ?? view.reverted?.at
  return [
    ...(baseline.from === undefined
      ? []
      : [{ name: 'baseline' as const, from: since(baseline.from), to: since(injected ?? baseline.to ?? end ?? baseline.from) }]),
    ...(injected === undefined ? [] : [{ name: 'under fault' as const, from: since(injected), to: since(gone ?? end ?? injected) }]),
    ...(gone === undefined || end === undefined || injected === undefined ? [] : [{ name: 'recovery' as const, from: since(gone), to: since(end) }]),
  ]
}

function faultBand(view: RunView, since: (at: number) => number, end: number): ReportModel['clock']['fault'] {
  if (view.times.injected === undefined) return undefined
  const kind = view.planned?.plan.fault.kind ?? 'fault'
  return {
    from: since(view.times.injected),
    to: view.times.reverted === undefined ? end : since(view.times.reverted),
    label: view.times.reverted === undefined ? `${kind}, never verified gone` : kind,
  }
}

function stopOf(view: RunView, since: (at: number) => number): ReportModel['clock']['stop'] {
  const cause = view.causes.find(({ first }) => first) ?? view.causes[0]
  if (cause === undefined || cause.cause === 'completed') return undefined
  const gone = view.times.reverted
  const latency = gone === undefined || gone < cause.at ? '' : `, gone ${durationText(gone - cause.at)} later`
  return { t: since(cause.at), goneAt: gone === undefined ? undefined : since(gone), label: `stopped: ${cause.cause}${latency}` }
}
