import { type ActRecord, type Body, canonicalJson, type EndCause, type GateState, type Verdict } from '@safechaos/core'
import { syntheticPlan } from './synthetic-plan.ts'
import { HOLD_MS, RECOVERY_MS, sha256, type Story, SYNTHETIC_ZERO, WORKERS } from './synthetic-story.ts'

/** The bodies of a whole run, in no order. */
export function tellRecords({ name, endMs, cause, recoverMs, lagAt }: Story): { at: number; body: Body }[] {
  const t = (ms: number) => SYNTHETIC_ZERO + ms
  const out: { at: number; body: Body }[] = [...opening(name, t)]
  const say = (ms: number, body: Body) => void out.push({ at: t(ms), body })
  say(-5310, { kind: 'preflight', lines: preflight })
  say(-5300, { kind: 'stage', stage: 'preflight', state: 'done', detail: '5 checks passed' })
  say(-5200, { kind: 'stage', stage: 'baseline', state: 'entered', detail: '' })
  for (const gate of gatesAt(-4000, undefined)) say(-4000, { kind: 'gate', state: gate })
  say(-100, { kind: 'stage', stage: 'baseline', state: 'done', detail: 'steady for 5 s' })
  say(-60, { kind: 'stage', stage: 'ramp', state: 'entered', detail: '' })
  const stages = [1, 2, 4].entries()
  for (const [index, targets] of stages) {
    const from = index * HOLD_MS
    if (from >= endMs) break
    tellStage(index + 1, targets, from, Math.min(endMs, from + HOLD_MS), say)
    if (from + HOLD_MS <= endMs) say(from + HOLD_MS - 1, { kind: 'ramp', stage: index + 1, targets, of: 4, state: 'passed' })
  }
  for (let ms = 0; ms < endMs; ms += 1000) {
    const lag = lagAt(ms, endMs, () => 0.5)
    say(ms + 3, { kind: 'gate', state: gatesAt(ms, lag)[1] as GateState })
  }
  if (cause === 'gate-breach') {
    say(endMs, {
      kind: 'gate',
      state: { ...(gatesAt(endMs, 10.6)[1] as GateState), state: 'BREACH', nearing: false, detail: '10.6 s, above 10 s in 2 of the last 3 windows' },
    })
    say(endMs + 2, { kind: 'end-cause', cause, detail: 'lag 10.6 s, above its limit of 10 s', first: true })
  } else say(endMs, { kind: 'end-cause', cause, detail: 'all three stages passed', first: true })
  tellEnd({ name, endMs, recoverMs, cause }, say)
  return out
}

type Say = (ms: number, body: Body) => void

function tellStage(stage: number, targets: number, from: number, until: number, say: Say): void {
  say(from - 4, { kind: 'ramp', stage, targets, of: 4, state: 'inject' })
  const before = stage === 1 ? 0 : stage === 2 ? 1 : 2
  for (const [index, target] of WORKERS.slice(before, targets).entries()) {
    const at = from + index * 14
    const act = `a${before + index + 1}`
    const record = (what: ActRecord['what'], detail: string): Body => ({
      kind: 'act',
      act: { act, stage, target, what, detail },
      agentSeq: (before + index) * 3 + 1,
      agentHead: sha256(`${act}${what}`),
    })
    say(at - 2, record('owed', 'undo written down'))
    say(at, record('injected', `SIGKILL to ${target}`))
    say(at + 22, record('landed', 'the process has ended'))
    say(at + 20, { kind: 'service', service: target, state: 'exited', detail: 'by SIGKILL' })
    if (index === 0 && until - from > 3000) {
      say(at + 420, { kind: 'service', service: target, state: 'starting', detail: 'restart 1' })
      say(at + 640, { kind: 'service', service: target, state: 'up', detail: '' })
      say(at + 1900, { kind: 'service', service: target, state: 'exited', detail: 'code 1: database is locked' })
    }
  }
  if (stage === 1) say(from + 10, { kind: 'lease', state: 'granted', detail: '3 s, renewed every second' })
  say(from + 60, { kind: 'ramp', stage, targets, of: 4, state: 'hold' })
}

function tellEnd({ name, endMs, recoverMs, cause }: Pick<Story, 'name' | 'endMs' | 'recoverMs' | 'cause'>, say: Say): void {
  const acts = endMs > 2 * HOLD_MS ? 4 : 2
  const undone = endMs + 140
  say(endMs + 5, { kind: 'stage', stage: 'ramp', state: cause === 'completed' ? 'done' : 'failed', detail: cause })
  say(endMs + 6, { kind: 'stage', stage: 'revert', state: 'entered', detail: '' })
  for (const [index, target] of WORKERS.slice(0, acts).entries()) {
    const act = `a${index + 1}`
    const record = (what: ActRecord['what'], detail: string): Body => ({
      kind: 'act',
      act: { act, stage: 1, target, what, detail },
      agentSeq: 20 + index,
      agentHead: sha256(`${act}${what}`),
    })
    say(undone + index * 9, record('undone', 'service restored'))
    say(undone + index * 9 + 8, { kind: 'service', service: target, state: 'starting', detail: 'restored' })
    say(undone + index * 9 + 190, { kind: 'service', service: target, state: 'up', detail: '' })
    say(undone + index * 9 + 195, record('verified', 'runs as desired'))
  }
  say(endMs + 390, { kind: 'reverted', ms: 386, acts, stuck: [] })
  say(endMs + 392, { kind: 'landed', seen: { seen: 'yes', detail: `${acts} of ${acts} processes ended` } })
  say(endMs + 395, { kind: 'stage', stage: 'revert', state: 'done', detail: `${acts} undone` })
  say(endMs + 400, { kind: 'stage', stage: 'verify', state: 'entered', detail: '' })
  say(endMs + 390 + recoverMs, { kind: 'recovered', signal: 'lag', afterMs: recoverMs, detail: 'back within the range of the baseline' })
  const end = endMs + 400 + RECOVERY_MS
  say(end, { kind: 'invariant', name: 'balanced', held: true, detail: 'status 200 after 0.1 s' })
  say(end + 20, {
    kind: 'residue',
    when: 'before-close',
    residue: { found: [], notSeen: [], looked: ['services', 'process states', 'nftables rules', 'held children'] },
  })
  say(end + 30, { kind: 'stage', stage: 'verify', state: 'done', detail: 'everything is back' })
  say(end + 31, { kind: 'stage', stage: 'close', state: 'entered', detail: '' })
  say(end + 190, {
    kind: 'residue',
    when: 'after-close',
    residue: { found: [], notSeen: [], looked: ['processes with the run id', 'mounts', 'namespaces', 'work folder'] },
  })
  say(end + 195, { kind: 'stage', stage: 'close', state: 'done', detail: '' })
  say(end + 200, { kind: 'verdict', verdict: verdictOf(name, cause) })
}

function verdictOf(name: string, cause: EndCause): Verdict {
  const held = cause === 'completed'
  return {
    sentence: held
      ? 'Held: with all 4 workers killed in three stages, reconciliation lag stayed below 3.1 s and everything is back.'
      : 'Refuted: with 2 of 4 workers killed, reconciliation lag passed 10 s after 17 s; the lab stopped it 0.4 s later and everything is back.',
    endedBy: cause,
    hypothesis: held
      ? { state: 'held', why: 'no gate was breached in 3 of 3 stages' }
      : { state: 'refuted', why: 'gate lag: 10.6 s, above its limit of 10 s in 2 of the last 3 windows' },
    effect: { state: 'landed', why: `${held ? 4 : 2} of ${held ? 4 : 2} processes ended by SIGKILL` },
    rollback: { state: 'clean', why: 'every act undone and verified, nothing left behind' },
    containment: { state: 'held', why: `all 6 walls held (${name})` },
    evidence: { state: 'complete', why: 'every record is in the chain, no sample is missing' },
    exit: held ? 0 : 1,
  }
}

const preflight = [
  { check: 'targets resolve', ok: true, detail: '4 of 4 workers are up' },
  { check: 'undo rehearsed', ok: true, detail: 'canary killed, seen, restored, seen' },
  { check: 'gates are green', ok: true, detail: 'errors 0 %, lag 0.3 s' },
  { check: 'gates can fail', ok: true, detail: 'each fails on a made-up sample' },
  { check: 'disk and clock', ok: true, detail: '18 GiB free, clock steady' },
]

/** From the beginning of a run to its preflight. */
export function opening(name: string, t: (ms: number) => number): { at: number; body: Body }[] {
  const plan = syntheticPlan(name)
  const stage = (
    ms: number,
    stage: 'charter' | 'check' | 'plan' | 'policy' | 'open' | 'preflight',
    state: 'entered' | 'done' = 'done',
  ): { at: number; body: Body } => ({
    at: t(ms),
    body: { kind: 'stage', stage, state, detail: '' },
  })
  const services = ['queue#1', 'gateway#1', 'api#1', ...WORKERS]
  return [
    {
      at: t(-6800),
      body: {
        kind: 'begun',
        run: name.endsWith('weak') ? '7f3k2m' : '8h1q9x',
        by: 'Ada Palmer <ada@example.org>',
        host: 'lab-01',
        versions: { safechaos: '0.1.0', node: '24.21.0', kernel: '6.1.0' },
      },
    },
    stage(-6790, 'charter', 'entered'),
    stage(-6770, 'charter'),
    stage(-6769, 'check'),
    stage(-6750, 'plan', 'entered'),
    { at: t(-6740), body: { kind: 'plan', planned: { plan, digest: sha256(canonicalJson(JSON.parse(JSON.stringify(plan)))) } } },
    stage(-6739, 'plan'),
    { at: t(-6735), body: { kind: 'policy', effect: 'allow', why: ['process × dev × any tier: allowed in our own sandboxes'] } },
    stage(-6734, 'policy'),
    stage(-6730, 'open', 'entered'),
    ...services.flatMap((service, index): { at: number; body: Body }[] => [
      { at: t(-6600 + index * 40), body: { kind: 'service', service, state: 'starting', detail: '' } },
      { at: t(-6400 + index * 40), body: { kind: 'service', service, state: service.startsWith('worker') ? 'up' : 'healthy', detail: '' } },
    ]),
    { at: t(-6000), body: { kind: 'opened', containment: 'sandbox', weaker: [], targets: [...WORKERS] } },
    stage(-5990, 'open'),
    stage(-5980, 'preflight', 'entered'),
    {
      at: t(-5900),
      body: {
        kind: 'walls',
        walls: [
          'signal a host process',
          'read a host secret',
          'write outside',
          'open a host socket',
          'fork without limit',
          'trace a host process',
        ].map((wall) => ({ wall, held: 'held' as const, detail: 'tried and refused' })),
      },
    },
  ]
}

function gatesAt(ms: number, lag: number | undefined): GateState[] {
  const newest = SYNTHETIC_ZERO + ms
  const value = lag ?? 0.3
  return [
    { gate: 'errorRatio', state: 'OK', value: 0.004, reason: undefined, detail: '0.4 %', newest, nearing: false },
    { gate: 'lag', state: 'OK', value, reason: undefined, detail: `${value.toFixed(1)} s`, newest, nearing: value > 10 },
  ]
}
