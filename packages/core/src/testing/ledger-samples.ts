import type { GateState } from '../gate/gate.ts'
import type { ActRecord, Body, LedgerRecord, Residue } from '../ledger/record.ts'
import type { Plan } from '../plan/plan.ts'

export type Entry = Pick<LedgerRecord, 'at' | 'body'>

export const CLEAN: Residue = { found: [], notSeen: [], looked: ['services', 'nft'] }

/** Stands for "a tenth of a second before its record". */
const FRESH = -1

/** Records a second apart, from 1,000 ms on. */
export const entries = (...bodies: readonly Body[]): Entry[] => bodies.map((body, index) => stamp(body, 1000 * (index + 1)))

function stamp(body: Body, at: number): Entry {
  if (body.kind !== 'gate' || body.state.newest !== FRESH) return { at, body }
  return { at, body: { ...body, state: { ...body.state, newest: at - 100 } } }
}

export const act = (what: ActRecord['what'], more: Partial<ActRecord> = {}): Body => ({
  kind: 'act',
  act: { act: 'a1', stage: 1, target: 'worker#1', what, detail: '', ...more },
  agentSeq: 1,
  agentHead: 'head',
})

export const gateSays = (state: GateState['state'], more: Partial<GateState> = {}): Body => ({
  kind: 'gate',
  state: { gate: 'errorRatio', state, value: 0.01, reason: undefined, detail: '', newest: FRESH, nearing: false, ...more },
})

export const cause = (name: Extract<Body, { kind: 'end-cause' }>['cause'], detail = ''): Body => ({
  kind: 'end-cause',
  cause: name,
  detail,
  first: true,
})

/** Everything before the first inject. */
export const opening = (plan: Plan): Body[] => [
  { kind: 'begun', run: 'r1', by: 'Ada', host: 'h', versions: { safechaos: '0.1.0' } },
  { kind: 'plan', planned: { plan, digest: 'd' } },
  { kind: 'policy', effect: 'allow', why: ['dev'] },
  { kind: 'opened', containment: 'sandbox', weaker: [], targets: ['worker#1'] },
  { kind: 'walls', walls: [{ wall: 'host files', held: 'held', detail: '' }] },
]

/** Inject and hold of one stage. */
export const fault = (): Body[] => [
  { kind: 'ramp', stage: 1, targets: 1, of: 1, state: 'inject' },
  act('owed'),
  act('injected'),
  { kind: 'ramp', stage: 1, targets: 1, of: 1, state: 'hold' },
  gateSays('OK'),
]

/** What follows the end of the ramp when everything works. */
export const ending = (): Body[] => [
  { kind: 'landed', seen: { seen: 'yes', detail: 'the process ended' } },
  act('undone'),
  act('verified'),
  { kind: 'reverted', ms: 300, acts: 1, stuck: [] },
  { kind: 'recovered', signal: 'errorRatio', afterMs: 400, detail: '' },
  { kind: 'files', changed: [] },
  { kind: 'residue', when: 'before-close', residue: CLEAN },
  { kind: 'residue', when: 'after-close', residue: CLEAN },
]

export const passed: Body = { kind: 'ramp', stage: 1, targets: 1, of: 1, state: 'passed' }
