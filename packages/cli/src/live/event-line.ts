import { type Body, clause, counted, durationText, type LedgerRecord, type RunView, STAGE_SENTENCE } from '@safechaos/core'
import { harmless } from '../output/harmless.ts'
import { timeText } from '../output/words.ts'

/** One line for one record, with its time; undefined for a record that changes nothing a person follows. `before` is the run before it. */
export function eventLine(record: Pick<LedgerRecord, 'at' | 'body'>, before: RunView): string | undefined {
  const text = bodyText(record.body, before)
  return text === undefined ? undefined : `${timeText(record.at)}  ${harmless(text)}`
}

type Texts = { readonly [K in Body['kind']]: (body: Extract<Body, { kind: K }>, before: RunView) => string | undefined }

const TEXTS: Texts = {
  begun: ({ run, by, host }) => `run ${run} begun by ${by} on ${host}`,
  plan: ({ planned: { plan, digest } }) =>
    `plan ${digest.slice(0, 12)}: ${plan.sentence}; at most ${durationText(plan.limitMs)} under fault, abort in at most ${durationText(plan.worstCase.abortMs)}`,
  stage: ({ stage, state, detail }) =>
    state === 'done' ? undefined : state === 'failed' ? `${stage} failed: ${detail}` : `${stage}: ${STAGE_SENTENCE[stage]}`,
  policy: ({ effect, why }) => `policy says ${effect}: ${why.join('; ')}`,
  opened: ({ containment, weaker, targets }) =>
    `opened in ${containment} with ${targets.join(', ')}${weaker.length === 0 ? '' : `; not isolated: ${weaker.map(clause).join('; ')}`}`,
  walls: ({ walls }) => `walls: ${walls.map(({ wall, held }) => `${wall} ${held}`).join(', ')}`,
  preflight: ({ lines }) => {
    const bad = lines.filter(({ ok }) => !ok)
    return bad.length === 0
      ? `preflight: ${counted(lines.length, 'check')} passed`
      : `preflight: ${bad.map(({ check, detail }) => `${check}: ${detail}`).join('; ')}`
  },
  service: ({ service, state, detail }) => `${service} ${state}${detail === '' ? '' : ` (${detail})`}`,
  ramp: ({ stage, targets, of, state }) =>
    `stage ${stage}: ${state === 'passed' ? 'passed with' : state === 'hold' ? 'holding with' : 'injecting into'} ${targets} of ${counted(of, 'target')}`,
  act: ({ act }) => (act.what === 'owed' ? undefined : `${act.target} ${act.what}${act.detail === '' ? '' : `: ${act.detail}`}`),
  gate: ({ state }, before) => {
    if (before.gates[state.gate]?.now.state === state.state) return undefined
    return `gate ${state.gate} ${state.state}${state.reason === undefined ? '' : ` (${state.reason})`}${state.detail === '' ? '' : `: ${state.detail}`}`
  },
  lease: ({ state, detail }, before) => (before.lease.at(-1)?.state === state ? undefined : `lease ${state}${detail === '' ? '' : `: ${detail}`}`),
  'end-cause': ({ cause, detail, first }) => `${first ? 'ending' : 'also'}: ${cause}${detail === '' ? '' : `: ${detail}`}`,
  reverted: ({ ms, acts, stuck }) =>
    stuck.length > 0 ? `NOT put back: ${stuck.join(', ')}` : `put back and verified: ${counted(acts, 'act')} in ${durationText(ms)}`,
  landed: ({ seen }) => `did it land: ${seen.seen}${seen.detail === '' ? '' : ` (${seen.detail})`}`,
  invariant: ({ name, held, detail }) => `invariant ${name} ${held ? 'holds' : 'does not hold'}${detail === '' ? '' : `: ${detail}`}`,
  snapshot: ({ what, detail }) => `snapshot ${what}${detail === '' ? '' : `: ${detail}`}`,
  residue: ({ when, residue }) =>
    `residue ${when === 'after-close' ? 'after close' : 'before close'}: ${residue.found.length === 0 ? 'none' : residue.found.map(({ what }) => what).join('; ')}${residue.notSeen.length === 0 ? '' : `; not seen: ${residue.notSeen.join(', ')}`}`,
  files: ({ changed }) => (changed.length === 0 ? undefined : `the stack's files changed during the run: ${changed.join(', ')}`),
  recovered: ({ signal, afterMs, detail }) =>
    `${signal} ${afterMs === undefined ? 'did not recover' : `recovered after ${durationText(afterMs)}`}${detail === '' ? '' : ` (${detail})`}`,
  late: ({ what }) => `recorded late: ${what}`,
  verdict: ({ verdict }) => verdict.sentence,
  sealed: () => undefined,
}

const bodyText = (body: Body, before: RunView): string | undefined =>
  (TEXTS[body.kind] as (body: Body, before: RunView) => string | undefined)(body, before)
