import { clause } from '../clause.ts'
import { counted } from '../counted.ts'
import { type ExitCode, worstExit } from '../exit.ts'
import { faultOf } from '../faults/catalogue.ts'
import type { EndCause } from '../ledger/end-causes.ts'
import { CONTAINMENT_TRAITS } from '../plan/containment-traits.ts'
import type { ActView, RunView } from '../run/run-view.ts'
import { endedBy } from './end-cause.ts'
import { filesGap } from './files-gap.ts'
import { judgeHypothesis } from './judge-hypothesis.ts'
import { sentenceOf } from './sentence.ts'
import type { Verdict } from './verdict.ts'

/** The five judgements of a run, from what its ledger says and nothing else. What is not recorded counts for nothing, never for the run. */
export function judge(view: RunView): Verdict {
  const cause = endedBy(view)
  const effect = judgeEffect(view)
  const rollback = judgeRollback(view)
  const containment = judgeContainment(view)
  const hypothesis = judgeHypothesis(view, effect)
  const evidence = judgeEvidence(view)
  const judged = { endedBy: cause.cause, hypothesis, effect, rollback, containment, evidence }
  return { ...judged, sentence: sentenceOf(view, judged), exit: exitOf(view, judged) }
}

/** The acts that were meant: those of the ramp, not the rehearsal on the canary. */
export const realActs = (view: RunView): ActView[] => Object.values(view.acts).filter((act) => act.stage > 0)

const wasInjected = (act: ActView): boolean => act.times.injected !== undefined || act.times['inject-failed'] !== undefined

function judgeEffect(view: RunView): Verdict['effect'] {
  const acts = realActs(view).filter(wasInjected)
  if (acts.length === 0) return { state: 'did-not-land', why: 'nothing was injected' }
  const failed = acts.filter((act) => act.times['inject-failed'] !== undefined)
  if (failed.length > 0) return { state: 'did-not-land', why: `the inject failed on ${names(failed)}` }
  // The look at the end saw more than the one right after the inject.
  if (view.landed?.seen === 'yes') return { state: 'landed', why: view.landed.detail }
  if (view.landed?.seen === 'no') return { state: 'did-not-land', why: view.landed.detail }
  const missed = acts.filter((act) => act.landed === 'not-landed')
  if (missed.length > 0) return { state: 'did-not-land', why: `seen not to have landed on ${names(missed)}` }
  const unseen = acts.filter((act) => act.landed !== 'landed')
  if (unseen.length > 0) return { state: 'unknown', why: `nobody saw whether it landed on ${names(unseen)}` }
  return { state: 'landed', why: `seen on ${names(acts)}` }
}

/** Without a PID namespace nothing tells such a process from a stranger's. */
const UNMARKED = 'processes that left their service, its session and its environment'

function judgeRollback(view: RunView): Verdict['rollback'] {
  const acts = Object.values(view.acts)
  const owed = acts.filter((act) => act.owed)
  const found = [view.residue['before-close'], view.residue['after-close']].flatMap((residue) => residue?.found ?? [])
  const stuck = [...new Set([...(view.reverted?.stuck ?? []).filter((act) => view.acts[act]?.owed ?? true), ...owed.map((act) => act.act)])]
  if (stuck.length > 0) return { state: 'stuck', why: `not seen to be undone: ${stuck.map((act) => view.acts[act]?.target ?? act).join(', ')}` }
  if (found.length > 0) return { state: 'stuck', why: `left behind: ${found.map((item) => item.what).join(', ')}` }
  const after = view.residue['after-close']
  if ((view.opened !== undefined || view.stages.open.from !== undefined) && after === undefined)
    return { state: 'stuck', why: 'nobody looked from outside whether it is gone' }
  if (!acts.some((act) => act.stage > 0)) return { state: 'nothing-to-undo', why: 'nothing was injected' }
  const walled = view.planned === undefined || CONTAINMENT_TRAITS[view.planned.plan.containment].walled
  const unseen = [...(after?.notSeen ?? []), ...(walled ? [] : [UNMARKED])]
  return {
    state: 'clean',
    why: `every undo was verified, and a look from outside found nothing left${unseen.length === 0 ? '' : `, but did not see ${unseen.join(', ')}`}`,
  }
}

function judgeContainment(view: RunView): Verdict['containment'] {
  if (view.opened === undefined) return { state: 'weaker', why: `${unopened(view)}, so no wall was tried` }
  const walled = view.planned === undefined || CONTAINMENT_TRAITS[view.planned.plan.containment].walled
  const fallen = view.walls.filter((wall) => wall.held === 'not held').map((wall) => wall.wall)
  if (walled && fallen.length > 0) return { state: 'broken', why: `not held: ${fallen.join(', ')}` }
  const tried = view.walls.filter((wall) => wall.held === 'held').length
  const untried = view.walls.filter((wall) => wall.held === 'not tried').map((wall) => wall.wall)
  const limits = view.opened.weaker.map(clause)
  if (untried.length > 0) limits.push(`not tried: ${untried.join(', ')}`)
  if (tried === 0 && fallen.length === 0) return { state: 'weaker', why: ['no wall was tried', ...limits].join('; ') }
  if (walled) return { state: 'held', why: [`${tried} of ${counted(view.walls.length, 'wall')} tried from inside, and held`, ...limits].join('; ') }
  if (fallen.length > 0) limits.push(`not held: ${fallen.join(', ')}`)
  return { state: 'weaker', why: limits.join('; ') }
}

/** A service that was started, was started inside an enclosure. */
const unopened = (view: RunView): string =>
  Object.keys(view.services).length > 0 ? 'the enclosure stood, but not the whole stack in it' : 'no enclosure was opened'

/** Rules of the kernel that could not be read are a gap for a fault that makes some, and for no other. */
const matters = (view: RunView, notSeen: string): boolean =>
  !notSeen.startsWith('nft') || faultOf(view.planned?.plan.fault.kind ?? '')?.touches.includes('nft') !== false

/** Gaps are named; they never change another judgement for the better. */
function judgeEvidence(view: RunView): Verdict['evidence'] {
  const gaps: string[] = view.late.map((late) => `recorded late: ${late.what}`)
  for (const when of ['before-close', 'after-close'] as const) {
    const residue = view.residue[when]
    if (view.opened !== undefined && residue === undefined) gaps.push(`no residue scan ${when === 'before-close' ? 'before' : 'after'} closing`)
    gaps.push(...(residue?.notSeen ?? []).filter((what) => matters(view, what)).map((what) => `not seen: ${what}`))
  }
  const files = filesGap(view)
  if (files !== undefined) gaps.push(files)
  const unjudged = (view.planned?.plan.gates ?? []).filter((gate) => view.gates[gate.name] === undefined).map((gate) => gate.name)
  if (unjudged.length > 0) gaps.push(`never judged: ${unjudged.join(', ')}`)
  if (view.causes.length === 0) gaps.push('no reason for the end is recorded')
  return gaps.length === 0
    ? { state: 'complete', why: 'everything that was meant to be recorded is' }
    : { state: 'gaps', why: [...new Set(gaps)].join('; ') }
}

const STOPPED: readonly EndCause[] = ['operator', 'limit', 'guard-breach']

/** All codes that apply; the one that ranks first is the run's. */
function exitOf(view: RunView, judged: Pick<Verdict, 'endedBy' | 'hypothesis' | 'rollback' | 'containment'>): ExitCode {
  const codes: ExitCode[] = [{ held: 0, refuted: 1, inconclusive: 3 }[judged.hypothesis.state] as ExitCode]
  if (view.policy?.effect === 'deny') codes.push(4)
  if (judged.rollback.state === 'stuck') codes.push(5)
  if (STOPPED.includes(judged.endedBy)) codes.push(2)
  if (judged.containment.state === 'broken') codes.push(3)
  return worstExit(codes)
}

const names = (acts: readonly ActView[]): string => [...new Set(acts.map((act) => act.target))].join(', ')
