import type { Enclosure } from '@safechaos/containments'
import type { ActRecord, Acts, Facts, Look, PlannedTarget, Seen, Step } from '@safechaos/core'
import type { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import type { OwedAct, OwedRecords } from './owed.ts'
import { within } from './within.ts'

/** How much longer than a step's own deadline the agent waits for the init's answer: an init that hangs must not hang the agent. */
const SLACK_MS = 500

/** One bound act on one target. It is in the book before its record is written, and leaves it only when verified gone. */
export interface Act {
  /** Of its owed record. */
  readonly number: number
  /** Also its mark. */
  readonly id: string
  readonly stage: number
  readonly target: PlannedTarget
  readonly steps: Acts
  /** What runs for it now: preparing, injecting or renewing. An undo counts only after it has settled, which the undo itself sees to. */
  inFlight: Promise<unknown>
  /** True until `inFlight` has settled. */
  busy: boolean
  /** True from the moment its first step may have acted. */
  touched: boolean
  injected: boolean
  landed: Seen | undefined
  /** The undo that runs or ran; there is only one. */
  undoing: Promise<UndoEnd> | undefined
  end: UndoEnd | undefined
}
export type UndoEnd = 'verified' | 'stuck'

/** What doing needs; the same for all acts of a run. */
export interface Doing {
  readonly enclosure: Enclosure
  readonly records: OwedRecords
  readonly chain: Chain
  readonly clock: Clock
  /** True from the first cause to end: nothing is injected or renewed any more. */
  readonly stopped: () => boolean
  /** Set when the enclosure has ended: waits, from outside, until nothing of it is left, and says whether that is so. */
  readonly gone: () => Promise<Seen> | undefined
  /** Waits before each try of an undo, in milliseconds. After the last one the act is stuck. */
  readonly backOffMs: readonly number[]
  readonly owed: Pick<OwedAct, 'version' | 'run' | 'agent' | 'bootId' | 'environment' | 'identity'>
}

/** Everything that fits into the agent's chain about one act. */
export function note(
  doing: Doing,
  act: Act,
  what: ActRecord['what'],
  detail: string,
): { readonly record: ActRecord; readonly durable: Promise<boolean> } {
  const record = { act: act.id, stage: act.stage, target: act.target.id, what, detail }
  return { record, durable: doing.chain.append({ act: record }, doing.clock.now()) }
}

/** The facts of one target for one act. */
export function factsOf(enclosure: Pick<Enclosure, 'facts'>, target: PlannedTarget, mark: string, leaseMs: number, limitMs: number): Facts {
  const service = target.members[0] === undefined ? {} : { service: target.members[0] }
  return { ...service, ...enclosure.facts(target), mark, leaseMs: String(leaseMs), limitSeconds: String(Math.max(1, Math.ceil(limitMs / 1000))) }
}

export function makeAct(number: number, mark: string, stage: number, target: PlannedTarget, steps: Acts): Act {
  return {
    number,
    id: mark,
    stage,
    target,
    steps,
    inFlight: Promise.resolve(),
    busy: false,
    touched: false,
    injected: false,
    landed: undefined,
    undoing: undefined,
    end: undefined,
  }
}

export function owedOf(doing: Doing, act: Act, kind: 'act' | 'canary'): OwedAct {
  return {
    ...doing.owed,
    kind,
    act: act.id,
    stage: act.stage,
    target: act.target.id,
    undo: act.steps.undo,
    verify: act.steps.verify,
    at: doing.clock.now(),
  }
}

/** Makes `work` what is in flight for the act. Its failure is told to who started it, not here. */
export function occupy(act: Act, work: Promise<unknown>): void {
  act.busy = true
  const settle = (): void => {
    act.busy = false
  }
  act.inFlight = work.then(settle, settle)
}

/** Runs one step; whatever goes wrong is a value. */
export async function runStep(doing: Doing, act: Act, step: Step): Promise<{ readonly ok: boolean; readonly detail: string }> {
  try {
    const late = { ok: false as const, code: 'SC_STEP' as const, detail: `no answer from the enclosure within ${step.deadlineMs + SLACK_MS} ms` }
    const result = await within(doing.enclosure.run(act.id, act.target, step), step.deadlineMs + SLACK_MS, () => late)
    return result.ok ? result : { ok: false, detail: `${result.code}: ${result.detail}` }
  } catch (error) {
    return { ok: false, detail: (error as Error).message }
  }
}

/** All looks at once; every one must be seen. Nothing to look at proves nothing. */
export async function lookAll(doing: Doing, act: Act, looks: readonly Look[]): Promise<Seen> {
  const seen = await Promise.all(looks.map((look) => lookOnce(doing, act, look)))
  const worst = seen.find(({ seen }) => seen === 'no') ?? seen.find(({ seen }) => seen === 'unknown')
  return (
    worst ??
    (seen.length === 0
      ? { seen: 'unknown', detail: 'there is nothing to look at' }
      : { seen: 'yes', detail: seen.map(({ detail }) => detail).join('; ') })
  )
}

async function lookOnce(doing: Doing, act: Act, look: Look): Promise<Seen> {
  try {
    const late: Seen = { seen: 'unknown', detail: `no answer from the enclosure within ${look.deadlineMs + SLACK_MS} ms` }
    return await within(doing.enclosure.look(act.id, act.target, look), look.deadlineMs + SLACK_MS, () => late)
  } catch (error) {
    return { seen: 'unknown', detail: (error as Error).message }
  }
}
