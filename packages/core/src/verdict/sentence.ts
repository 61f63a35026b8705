import { counted } from '../counted.ts'
import { faultOf } from '../faults/catalogue.ts'
import { quantity } from '../report/quantity.ts'
import type { GateSpec } from '../gate/gate.ts'
import type { RunView } from '../run/run-view.ts'
import { durationText } from '../units.ts'
import { CAUSE_WORDS, endedBy } from './end-cause.ts'
import type { Verdict } from './verdict.ts'

/** "Refuted: with 2 of 4 replicas of worker killed, lag passed 10 s after 14 s; the lab stopped it and had everything back 1.2 s later." */
export function sentenceOf(view: RunView, judged: Omit<Verdict, 'sentence' | 'exit'>): string {
  if (view.policy?.effect === 'deny') return `Denied by policy: ${view.policy.why[0] ?? 'no reason is recorded'}`
  const word = { held: 'Held', refuted: 'Refuted', inconclusive: 'Inconclusive' }[judged.hypothesis.state]
  const scope = scopeOf(view, judged)
  const what = scope === undefined ? 'nothing was injected' : `with ${scope}, ${happened(view, judged)}`
  const nothing = scope === undefined ? `: ${CAUSE_WORDS[judged.endedBy]}${namedFailure(view, judged)}` : ''
  return `${word}: ${what}${nothing}; ${backAgain(view, judged)}.`
}

/** What of the stack did not start, without the lines it printed. */
function namedFailure(view: RunView, judged: Pick<Verdict, 'endedBy'>): string {
  const [first = ''] = endedBy(view).detail.split('\n')
  return judged.endedBy === 'stack' && first !== '' ? `: ${first}` : ''
}

/** "2 of 4 replicas of worker killed", or of what did not land "process.kill aimed at 2 of 4 replicas of worker"; undefined before the first inject. */
function scopeOf(view: RunView, { effect }: Pick<Verdict, 'effect'>): string | undefined {
  const plan = view.planned?.plan
  if (plan === undefined || view.times.injected === undefined) return undefined
  const kind = plan.fault.kind
  // Those that were reached, not those that were planned: a target that was gone by then was not.
  const reached = (what: 'injected' | 'inject-failed'): number =>
    new Set(Object.values(view.acts).flatMap((act) => (act.stage > 0 && act.times[what] !== undefined ? [act.target] : []))).size
  const planned = plan.targets.length
  const targets =
    plan.hits.of === 'members' ? `${counted(planned, 'replica')} of ${plan.hits.service}` : counted(planned, `${plan.hits.between.join('–')} link`)
  const hit = reached('injected')
  if (hit === 0 || effect.state === 'did-not-land') return `${kind} aimed at ${hit || reached('inject-failed')} of ${targets}`
  return `${hit} of ${targets} ${faultOf(kind)?.afflicted ?? `under ${kind}`}`
}

function happened(view: RunView, judged: Omit<Verdict, 'sentence' | 'exit'>): string {
  if (judged.hypothesis.state === 'held') return 'every gate stayed within its limit and the system recovered'
  if (judged.endedBy === 'gate-breach') return `${breachText(view)}${brokenText(view)}`
  if (judged.hypothesis.state === 'refuted') return judged.hypothesis.why
  if (judged.endedBy === 'completed') return judged.hypothesis.why
  return CAUSE_WORDS[judged.endedBy]
}

/** Which limit was passed, and how long after the first inject. */
function breachText(view: RunView): string {
  const { at, detail } = endedBy(view)
  const gates = view.planned?.plan.gates ?? []
  const breachedAt = (gate: GateSpec): number =>
    view.gates[gate.name]?.history.find((state) => state.state === 'BREACH')?.at ?? Number.POSITIVE_INFINITY
  // Later breaches, of a system that is being stopped or restored, are not why the run ended.
  const [breached] = gates
    .filter((gate) => breachedAt(gate) <= (at ?? Number.POSITIVE_INFINITY) && breachedAt(gate) !== Number.POSITIVE_INFINITY)
    .sort((a, b) => breachedAt(a) - breachedAt(b))
  const after = at === undefined || view.times.injected === undefined ? '' : ` after ${durationText(Math.max(0, at - view.times.injected))}`
  if (breached === undefined) return `${CAUSE_WORDS['gate-breach']}${after}${detail === '' ? '' : ` (${detail})`}`
  const way = breached.breach === 'above' || breached.breach === 'at-or-above' ? 'passed' : 'fell below'
  return `${breached.name} ${way} ${quantity(breached.limit, breached.unit)}${after}`
}

/** The invariants that did not hold once the fault was gone, in words to add. */
function brokenText(view: RunView): string {
  const broken = new Set(view.invariants.filter(({ held }) => !held).map(({ name }) => name))
  return broken.size === 0 ? '' : `, and ${[...broken].join(', ')} did not hold`
}

function backAgain(view: RunView, { rollback, endedBy: cause }: Omit<Verdict, 'sentence' | 'exit'>): string {
  if (rollback.state === 'nothing-to-undo') return 'there was nothing to put back'
  if (rollback.state === 'stuck') return `not everything is back: ${rollback.why}`
  const { cause: at, reverted } = view.times
  const data = dataAgain(view)
  if (cause === 'completed' || at === undefined || reverted === undefined)
    return inOneBreath(data.length > 0 ? ['every fault is gone', ...data] : ['everything is back'])
  const ms = durationText(Math.max(0, reverted - at))
  const stopped = cause === 'operator' ? [] : ['the lab stopped it']
  return inOneBreath([...stopped, data.length > 0 ? `every fault was gone ${ms} later` : `everything was back ${ms} later`, ...data])
}

/** What came of the snapshot, if it was to be brought back. */
function dataAgain(view: RunView): string[] {
  const came = view.snapshots.at(-1)?.what
  if (came === 'restored') return [`the data is back from the snapshot${stillBroken(view)}`]
  return came === 'restoring' || came === 'failed' ? ['the data is not back: the snapshot could not be restored'] : []
}

/** Invariants that do not hold with the snapshot's data either. */
function stillBroken({ invariants, times: { restoring = Number.POSITIVE_INFINITY } }: RunView): string {
  const broken = invariants.filter(({ held, at }) => !held && at >= restoring).map(({ name }) => name)
  return broken.length === 0 ? '' : `, but ${broken.join(', ')} did not hold then either`
}

const inOneBreath = (parts: readonly string[]): string => [...parts.slice(0, -1), `${parts.length > 1 ? 'and ' : ''}${parts.at(-1)}`].join(', ')
