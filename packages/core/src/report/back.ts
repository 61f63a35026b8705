import { counted, isOrAre, wasOrWere } from '../counted.ts'
import type { RunView } from '../run/run-view.ts'
import { realActs } from '../verdict/judge.ts'
import type { Back, Tone } from './report-model.ts'

/** Is everything back: what was undone, what was looked at afterwards, and what could not be seen. */
export function isEverythingBack(view: RunView, since: (at: number) => number): Back {
  const residue = [
    { when: 'before the enclosure was closed', residue: view.residue['before-close'] },
    { when: 'after it was closed, from outside', residue: view.residue['after-close'] },
  ].flatMap(({ when, residue }) => (residue === undefined ? [] : [{ when, residue }]))
  const acts = Object.values(view.acts).map(({ act, target, stage, state, detail, times }) => ({
    act,
    target,
    stage,
    state,
    detail,
    injectedAt: times.injected === undefined ? undefined : since(times.injected),
    goneAt: times.verified === undefined ? undefined : since(times.verified),
  }))
  return {
    ...summary(view, residue),
    acts,
    residue,
    invariants: view.invariants.map(({ name, held, detail }) => ({ name, held, detail })),
    snapshots: view.snapshots.map(({ what, detail }) => ({ what, detail })),
    walls: view.walls,
    weaker: view.opened?.weaker ?? [],
    preflight: view.preflight,
  }
}

function summary(view: RunView, residue: Back['residue']): { readonly tone: Tone; readonly sentence: string } {
  const owed = Object.values(view.acts).filter((act) => act.owed).length
  const found = residue.flatMap((scan) => scan.residue.found).length
  const notSeen = residue.flatMap((scan) => scan.residue.notSeen).length
  const acts = realActs(view).length
  if (owed > 0)
    return {
      tone: 'bad',
      sentence: `No: ${owed} of ${counted(Object.values(view.acts).length, 'act')} ${wasOrWere(owed)} never verified gone. Run \`safechaos recover\`; the environment stays locked until it succeeds.`,
    }
  if (found > 0) return { tone: 'bad', sentence: `No: ${counted(found, 'thing')} ${wasOrWere(found)} left behind, listed below.` }
  if (acts === 0) return { tone: 'calm', sentence: 'Nothing was injected, so there was nothing to put back.' }
  if (residue.length < 2)
    return {
      tone: 'unsure',
      sentence: `Every act is verified gone, but ${residue.length === 0 ? 'no scan for residue' : 'only one of two scans for residue'} is in the ledger.`,
    }
  if (notSeen > 0)
    return {
      tone: 'unsure',
      sentence: `Nothing was found, but ${counted(notSeen, 'thing')} could not be looked at; that does not count as clean.`,
    }
  return {
    tone: 'good',
    sentence: `Yes: ${acts} of ${counted(acts, 'act')} ${isOrAre(acts)} verified gone, and two scans, inside and from outside, found nothing left.`,
  }
}
