import { counted, wasOrWere } from '../counted.ts'
import type { Beyond } from '../gate/gate.ts'
import type { RunView } from '../run/run-view.ts'
import { durationText } from '../units.ts'
import { realActs } from '../verdict/judge.ts'
import { gateLabel } from './lanes.ts'
import { boundedQuantity, quantity } from './quantity.ts'
import type { ReportModel } from './report-model.ts'

type Next = ReportModel['next']

/** Questions for people, things to do, and one next experiment, by simple rules from how the run ended. */
export function whatNext(view: RunView, recovery: ReportModel['recovery'], moved: ReportModel['moved']): Next {
  const verdict = view.verdict
  const charter = view.planned?.plan.charter.file ?? 'the charter'
  const questions = askAbout(view, recovery, moved)
  if (verdict === undefined)
    return {
      questions,
      actions: ['Run `safechaos recover`: this run has no verdict, so it did not end in order.'],
      experiment: `The same again: safechaos run ${charter}`,
    }
  if (verdict.rollback.state === 'stuck')
    return {
      questions,
      actions: ['Run `safechaos recover`, and find out why the undo failed, before anything else runs here.'],
      experiment: 'None, until everything is back.',
    }
  if (verdict.effect.state === 'did-not-land' && view.times.injected !== undefined)
    return {
      questions,
      actions: ['Find out why the fault changed nothing: wrong service, wrong pattern, or a part that restarts too fast to notice.'],
      experiment: `The same again, once the fault lands: safechaos run ${charter}`,
    }
  if (verdict.endedBy === 'stack')
    return {
      questions,
      actions: [
        'Make the stack start by itself first: `safechaos logs` shows what its services printed, and `safechaos up` starts it without a fault.',
      ],
      experiment: `The same again: safechaos run ${charter}`,
    }
  if (verdict.hypothesis.state === 'inconclusive' || view.times.injected === undefined)
    return {
      questions,
      actions: [`Mend what kept this run from an answer (${verdict.endedBy}), not the system: it was not tested.`],
      experiment: `The same again: safechaos run ${charter}`,
    }
  if (verdict.hypothesis.state === 'refuted')
    return {
      questions,
      actions: [`Change the system, or correct the belief. What refuted it: ${verdict.hypothesis.why}.`],
      experiment: `The same fault on the changed system, then compare: safechaos run ${charter}; safechaos compare RUN RUN`,
    }
  return {
    questions,
    actions: ['Keep this charter and run it on every change of the stack; a belief that held once is a regression test.'],
    experiment: harder(view),
  }
}

function askAbout(view: RunView, recovery: ReportModel['recovery'], moved: ReportModel['moved']): string[] {
  const questions: string[] = []
  for (const [name, { history }] of Object.entries(view.gates)) {
    const breach = history.find(({ state }) => state === 'BREACH')
    if (breach === undefined) continue
    const spec = view.planned?.plan.gates.find((gate) => gate.name === name)
    questions.push(
      `Why did ${gateLabel(name, view)} reach ${breach.value === undefined ? 'its limit' : boundedQuantity(breach.value, breach.bound, spec?.unit ?? '')}, and what should have held it back?`,
    )
    questions.push(`Would anybody have been told about ${gateLabel(name, view)} in production, and how soon?`)
  }
  for (const [name, why] of unreadUnderFault(view))
    questions.push(`Why could nobody read ${gateLabel(name, view)} under the fault (${why}), and would production be as blind?`)
  const again = recovery.services
    .filter(({ service, exits }) => exits > realActs(view).filter(({ target }) => target === service).length)
    .map(({ service }) => service)
  if (again.length > 0)
    questions.push(
      `${again.join(', ')} ended more often than the fault ended ${again.length === 1 ? 'it' : 'them'}: does restarting help, or does it make things worse?`,
    )
  for (const { service, back } of recovery.services) if (!back) questions.push(`Why was ${service} not back when the run was closed?`)
  for (const { signal, ms } of recovery.signals) if (ms === undefined) questions.push(`What keeps ${signal} from coming back once the fault is gone?`)
  const first = moved.ranked[0]
  if (first !== undefined)
    questions.push(`Did we expect “${first.name}” to move most, from ${quantity(first.before, first.unit)} to ${quantity(first.during, first.unit)}?`)
  if (questions.length > 0) return questions
  return [
    view.times.injected === undefined
      ? 'What would have told us before the run that it cannot begin?'
      : 'Was the fault hard enough to teach us anything?',
  ]
}

/** The gates that became UNKNOWN while the fault was in, each with the first reason. */
function unreadUnderFault({
  gates,
  times: { injected = Number.POSITIVE_INFINITY, reverted = Number.POSITIVE_INFINITY },
}: RunView): [string, string][] {
  return Object.entries(gates).flatMap(([name, { history }]): [string, string][] => {
    const blind = history.find(({ at, state }) => state === 'UNKNOWN' && at >= injected && at <= reverted)
    return blind === undefined ? [] : [[name, blind.reason ?? 'no reason is known']]
  })
}

/** After a belief that held: come nearer to its edge, one step only. */
function harder(view: RunView): string {
  const plan = view.planned?.plan
  if (plan === undefined) return 'The same again.'
  const near = plan.gates.map((gate) => ({ gate, share: nearness(view, gate.name, gate.limit, gate.breach) })).sort((a, b) => b.share - a.share)[0]
  if (near !== undefined && near.share > 0.7)
    return `Hold longer: ${gateLabel(near.gate.name, view)} came to ${Math.round(near.share * 100)} % of its limit, and the longest hold was ${durationText(longestHold(plan.stages))}.`
  const most = Math.max(0, ...plan.stages.map(({ targets }) => targets))
  if (most < plan.targets.length) return `Go wider: ${most} of ${counted(plan.targets.length, 'target')} ${wasOrWere(most)} hit at most.`
  return `Go longer: every target was hit for ${durationText(longestHold(plan.stages))} at most; double the hold, or try another fault on the same targets.`
}

/** How near it came while the fault was in, as a share of the limit: what a system does while it starts is no answer to a fault. */
function nearness(view: RunView, gate: string, limit: number, breach: Beyond): number {
  const { injected = Number.POSITIVE_INFINITY, reverted = Number.POSITIVE_INFINITY } = view.times
  const values = (view.gates[gate]?.history ?? []).flatMap(({ at, value }) => (value === undefined || at < injected || at > reverted ? [] : [value]))
  if (values.length === 0) return 0
  return breach === 'above' || breach === 'at-or-above'
    ? limit === 0
      ? 0
      : Math.max(...values) / limit
    : Math.min(...values) === 0
      ? 1
      : limit / Math.min(...values)
}

const longestHold = (stages: readonly { readonly holdMs: number }[]): number => Math.max(0, ...stages.map(({ holdMs }) => holdMs))
