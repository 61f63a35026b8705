import type { EndCause } from '../ledger/end-causes.ts'
import type { GateSpec } from '../gate/gate.ts'
import type { RunView } from '../run/run-view.ts'
import { durationText } from '../units.ts'
import { CAUSE_WORDS, endedBy } from './end-cause.ts'
import { filesGap } from './files-gap.ts'
import type { Verdict } from './verdict.ts'

type Hypothesis = Verdict['hypothesis']

/** The system did not stand, or the lab itself could not see or go on: what was measured then says nothing about the hypothesis. */
const NO_EVIDENCE: readonly EndCause[] = ['starved', 'controller-lost', 'agent-lost', 'ledger-lost', 'stack', 'preflight', 'inject-failed', 'error']

/** Refuted needs something that was seen; held needs everything to have been seen; all else is inconclusive. */
export function judgeHypothesis(view: RunView, effect: Verdict['effect']): Hypothesis {
  const { cause, detail } = endedBy(view)
  const against = seenAgainst(view)
  if (!NO_EVIDENCE.includes(cause) && view.times.injected !== undefined && against.length > 0) return { state: 'refuted', why: against.join('; ') }
  if (cause !== 'completed') return { state: 'inconclusive', why: `${CAUSE_WORDS[cause]}${detail === '' ? '' : `: ${detail}`}` }
  if (effect.state !== 'landed') return { state: 'inconclusive', why: `the fault cannot be said to have landed: ${effect.why}` }
  const missing = notSeen(view)
  if (missing.length > 0) return { state: 'inconclusive', why: missing.join('; ') }
  return { state: 'held', why: 'every stage passed, every gate stayed within its limit, and the system recovered' }
}

/** What speaks against it: an own gate's breach while the fault was in, a broken invariant, a recovery that did not come. */
function seenAgainst(view: RunView): string[] {
  const injected = view.times.injected ?? Infinity
  const until = view.times.reverted ?? Infinity
  const breaches = view.causes
    .filter((one) => one.cause === 'gate-breach' && one.at >= injected && one.at <= until)
    .map((one) => one.detail || CAUSE_WORDS['gate-breach'])
  const broken = view.invariants
    .filter((one) => !one.held && one.at >= injected)
    .map((one) => `the invariant ${one.name} does not hold: ${one.detail}`)
  const lost = (view.planned?.plan.gates ?? [])
    .filter(({ guard }) => !guard)
    .flatMap((gate) => view.recovered.filter(({ signal }) => signal === gate.name).filter((one) => isStillBeyond(view, gate, one)))
    .map((one) => `${one.signal} did not recover within ${durationText(view.planned?.plan.recoveryMs ?? 0)}: ${one.detail}`)
  return [...breaches, ...broken, ...lost]
}

/** It was waited for in vain, and the last window judged until then was beyond the limit and began after the revert. One that began before, or that cannot be told, says nothing about a recovery. */
function isStillBeyond(view: RunView, gate: GateSpec, { at, afterMs }: RunView['recovered'][number]): boolean {
  const last = view.gates[gate.name]?.history.findLast((state) => state.at <= at)
  const gone = view.times.reverted ?? Infinity
  return afterMs === undefined && last?.beyond !== undefined && last.beyond - gate.windowMs >= gone
}

/** What must have been seen for "held" and was not. */
function notSeen(view: RunView): string[] {
  const plan = view.planned?.plan
  if (plan === undefined) return ['no plan is recorded']
  const passed = new Set(view.ramp.filter((one) => one.state === 'passed').map((one) => one.stage))
  const unpassed = plan.stages.filter((stage) => !passed.has(stage.number)).map((stage) => stage.number)
  const injected = view.times.injected ?? Infinity
  const reverted = view.times.reverted ?? Infinity
  // A window that began before the fault says nothing about it, and neither does one after it.
  const sawOk = (gate: GateSpec): boolean =>
    view.gates[gate.name]?.history.some(({ state, newest = 0 }) => state === 'OK' && newest - gate.windowMs > injected && newest <= reverted) === true
  const unsure = plan.gates.filter((gate) => !sawOk(gate))
  const seen = new Set(view.recovered.filter((one) => one.afterMs !== undefined).map((one) => one.signal))
  const unseen = plan.gates.map(({ name }) => name).filter((name) => !seen.has(name))
  const files = filesGap(view)
  const unasked = plan.invariants.filter((invariant) => !view.invariants.some((one) => one.name === invariant.name && one.held && one.at >= injected))
  return [
    ...(unpassed.length > 0 ? [`stage ${unpassed.join(', ')} is not recorded as passed`] : []),
    ...(files === undefined ? [] : [files]),
    ...(plan.gates.length === 0 ? ['no gate watched the run'] : []),
    ...unsure.map((gate) => `the gate ${gate.name} was never seen OK under the fault`),
    ...unseen.map((signal) => `whether ${signal} recovered was not seen`),
    ...unasked.map((invariant) => `the invariant ${invariant.name} was not asked afterwards`),
    ...(view.times.reverted === undefined ? ['the revert is not recorded'] : []),
  ]
}
