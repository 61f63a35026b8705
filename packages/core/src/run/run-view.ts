import type { Seen } from '../faults/step.ts'
import type { GateState } from '../gate/gate.ts'
import type { ActRecord, Body, CheckLine, LedgerRecord, RecordKind, Residue, Wall } from '../ledger/record.ts'
import type { EndCause } from '../ledger/end-causes.ts'
import type { DigestedPlan } from '../plan/plan.ts'
import { STAGES, type Stage } from '../stages.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Something with the instant of its record, in epoch milliseconds. */
export type At<T> = T & { readonly at: number }

export interface StageView {
  readonly state: 'waiting' | 'now' | 'done' | 'failed'
  readonly from: number | undefined
  readonly to: number | undefined
  readonly detail: string
}

type Landing = Extract<ActRecord['what'], `landed${string}` | 'not-landed'>

/** One act on one target, with the instant of each thing that became of it. `owed`: not verified gone yet. Stage 0 is the rehearsal on the canary. */
export interface ActView {
  readonly act: string
  readonly stage: number
  readonly target: string
  readonly state: Exclude<ActRecord['what'], Landing>
  readonly landed: Landing | undefined
  readonly detail: string
  readonly owed: boolean
  readonly times: Readonly<Partial<Record<ActRecord['what'], number>>>
}

export interface GateView {
  readonly now: At<GateState>
  /** In time order; consecutive ones may be alike but for value and age. */
  readonly history: readonly At<GateState>[]
}

export type ServiceState = Extract<Body, { kind: 'service' }>['state']

/** One replica. `restarts` counts its starts after the first, without those by which the lab brings a snapshot back. */
export interface ServiceView {
  readonly state: ServiceState
  readonly at: number
  readonly detail: string
  readonly restarts: number
  readonly history: readonly { readonly at: number; readonly state: ServiceState; readonly detail: string }[]
}

/** Instants that people ask for, in epoch milliseconds; undefined until they happened. */
export interface RunTimes {
  readonly begun: number | undefined
  /** The first act that touched something. */
  readonly injected: number | undefined
  /** The first reason to end. */
  readonly cause: number | undefined
  /** Everything verified gone. */
  readonly reverted: number | undefined
  /** The lab began to bring a snapshot back, which stops and starts every service: what is seen from then on is its own doing. */
  readonly restoring: number | undefined
  /** The latest record. */
  readonly latest: number | undefined
}

/** A run as its ledger tells it so far: what the live view, the verdict and the report read. Nothing in it comes from elsewhere. */
export interface RunView {
  readonly begun: Omit<Extract<Body, { kind: 'begun' }>, 'kind'> | undefined
  readonly planned: DigestedPlan | undefined
  readonly policy: { readonly effect: 'allow' | 'deny'; readonly why: readonly string[] } | undefined
  /** The stage of the run's way that was entered last. */
  readonly stage: Stage | undefined
  readonly stages: Readonly<Record<Stage, StageView>>
  readonly opened: { readonly containment: string; readonly weaker: readonly string[]; readonly targets: readonly string[] } | undefined
  readonly walls: readonly Wall[]
  readonly preflight: readonly CheckLine[]
  /** The stages of the ramp as they came; the last one is the current one. */
  readonly ramp: readonly At<{
    readonly stage: number
    readonly targets: number
    readonly of: number
    readonly state: 'inject' | 'hold' | 'passed'
  }>[]
  /** By gate name. */
  readonly gates: Readonly<Record<string, GateView>>
  /** By replica (`worker#2`). */
  readonly services: Readonly<Record<string, ServiceView>>
  /** By act id, in the order in which they were first seen. */
  readonly acts: Readonly<Record<string, ActView>>
  readonly lease: readonly At<{ readonly state: 'granted' | 'lost' | 'refused'; readonly detail: string }>[]
  /** All reasons to end, in time order; the first one is the one that counts. */
  readonly causes: readonly At<{ readonly cause: EndCause; readonly detail: string; readonly first: boolean }>[]
  readonly reverted: At<{ readonly ms: number; readonly acts: number; readonly stuck: readonly string[] }> | undefined
  readonly landed: At<Seen> | undefined
  readonly invariants: readonly At<{ readonly name: string; readonly held: boolean; readonly detail: string }>[]
  readonly snapshots: readonly At<{ readonly what: 'taken' | 'restoring' | 'restored' | 'failed'; readonly detail: string }>[]
  readonly residue: { readonly 'before-close': Residue | undefined; readonly 'after-close': Residue | undefined }
  /** Files of the lab that are not what the plan covers; undefined until it was looked at. */
  readonly changedFiles: readonly string[] | undefined
  readonly recovered: readonly At<{ readonly signal: string; readonly afterMs: number | undefined; readonly detail: string }>[]
  /** What could not be recorded in time. */
  readonly late: readonly At<{ readonly what: string }>[]
  readonly times: RunTimes
  readonly verdict: Verdict | undefined
}

const waiting: StageView = { state: 'waiting', from: undefined, to: undefined, detail: '' }

/** A run of which nothing is recorded. */
export const NO_RUN: RunView = {
  begun: undefined,
  planned: undefined,
  policy: undefined,
  stage: undefined,
  stages: Object.fromEntries(STAGES.map((stage) => [stage, waiting])) as Record<Stage, StageView>,
  opened: undefined,
  walls: [],
  preflight: [],
  ramp: [],
  gates: {},
  services: {},
  acts: {},
  lease: [],
  causes: [],
  reverted: undefined,
  landed: undefined,
  invariants: [],
  snapshots: [],
  residue: { 'before-close': undefined, 'after-close': undefined },
  changedFiles: undefined,
  recovered: [],
  late: [],
  times: { begun: undefined, injected: undefined, cause: undefined, reverted: undefined, restoring: undefined, latest: undefined },
  verdict: undefined,
}

type Folds = { readonly [K in RecordKind]: (view: RunView, body: Extract<Body, { kind: K }>, at: number) => Partial<RunView> }

/** The record's body without its kind, with the record's instant. */
function stamped<B extends Body>(body: B, at: number): At<Omit<B, 'kind'>> {
  const { kind: _kind, ...rest } = body
  return { ...rest, at }
}

const FOLDS: Folds = {
  begun: (view, { run, by, host, versions }, at) => ({ begun: { run, by, host, versions }, times: { ...view.times, begun: at } }),
  plan: (_, { planned }) => ({ planned }),
  policy: (_, { effect, why }) => ({ policy: { effect, why } }),
  stage: foldStage,
  opened: (_, { containment, weaker, targets }) => ({ opened: { containment, weaker, targets } }),
  walls: (_, { walls }) => ({ walls }),
  preflight: (_, { lines }) => ({ preflight: lines }),
  service: foldService,
  ramp: (view, body, at) => ({ ramp: [...view.ramp, stamped(body, at)] }),
  act: foldAct,
  gate: foldGate,
  lease: (view, body, at) => ({ lease: [...view.lease, stamped(body, at)] }),
  'end-cause': (view, body, at) => ({ causes: [...view.causes, stamped(body, at)], times: { ...view.times, cause: view.times.cause ?? at } }),
  reverted: (view, body, at) => ({
    reverted: stamped(body, at),
    times: body.stuck.length === 0 ? { ...view.times, reverted: at } : view.times,
  }),
  landed: (_, { seen }, at) => ({ landed: { ...seen, at } }),
  invariant: (view, body, at) => ({ invariants: [...view.invariants, stamped(body, at)] }),
  snapshot: (view, body, at) => ({
    snapshots: [...view.snapshots, stamped(body, at)],
    times: { ...view.times, restoring: view.times.restoring ?? (body.what === 'restoring' ? at : undefined) },
  }),
  residue: (view, { when, residue }) => ({ residue: { ...view.residue, [when]: residue } }),
  files: (_, { changed }) => ({ changedFiles: changed }),
  recovered: (view, body, at) => ({ recovered: [...view.recovered, stamped(body, at)] }),
  late: (view, body, at) => ({ late: [...view.late, stamped(body, at)] }),
  verdict: (_, { verdict }) => ({ verdict }),
  sealed: () => ({}),
}

/** The view after one more record. */
export function foldRecord(view: RunView, record: Pick<LedgerRecord, 'at' | 'body'>): RunView {
  const fold = FOLDS[record.body.kind] as (view: RunView, body: Body, at: number) => Partial<RunView>
  const next = { ...view, ...fold(view, record.body, record.at) }
  return { ...next, times: { ...next.times, latest: record.at } }
}

/** The run as its records tell it, in their order. */
export const foldRun = (records: readonly Pick<LedgerRecord, 'at' | 'body'>[]): RunView => records.reduce(foldRecord, NO_RUN)

function foldStage(view: RunView, { stage, state, detail }: Extract<Body, { kind: 'stage' }>, at: number): Partial<RunView> {
  const before = view.stages[stage]
  const now: StageView =
    state === 'entered'
      ? { state: 'now', from: at, to: undefined, detail }
      : { state, from: before.from, to: at, detail: detail === '' ? before.detail : detail }
  return { stage: state === 'entered' ? stage : view.stage, stages: { ...view.stages, [stage]: now } }
}

function foldService(view: RunView, { service, state, detail }: Extract<Body, { kind: 'service' }>, at: number): Partial<RunView> {
  const before = view.services[service]
  const isRestart = before !== undefined && state === 'starting' && before.state !== 'starting' && view.times.restoring === undefined
  const restarts = (before?.restarts ?? 0) + (isRestart ? 1 : 0)
  const history = [...(before?.history ?? []), { at, state, detail }]
  return { services: { ...view.services, [service]: { state, at, detail, restarts, history } } }
}

function foldGate(view: RunView, { state }: Extract<Body, { kind: 'gate' }>, at: number): Partial<RunView> {
  const now = { ...state, at }
  return { gates: { ...view.gates, [state.gate]: { now, history: [...(view.gates[state.gate]?.history ?? []), now] } } }
}

const isLanding = (what: ActRecord['what']): what is Landing => what === 'landed' || what === 'not-landed' || what === 'landed-unknown'

function foldAct(view: RunView, { act }: Extract<Body, { kind: 'act' }>, at: number): Partial<RunView> {
  const { what } = act
  const before = view.acts[act.act]
  const next: ActView = {
    act: act.act,
    stage: act.stage,
    target: act.target,
    state: isLanding(what) ? (before?.state ?? 'owed') : what,
    landed: isLanding(what) ? what : before?.landed,
    detail: act.detail,
    // That it landed may be told late, after it is gone.
    owed: isLanding(what) ? (before?.owed ?? true) : what !== 'verified',
    times: { ...before?.times, [what]: before?.times[what] ?? at },
  }
  const touched = act.stage > 0 && (what === 'injected' || what === 'inject-failed')
  return {
    acts: { ...view.acts, [act.act]: next },
    times: { ...view.times, injected: view.times.injected ?? (touched ? at : undefined) },
  }
}
