import { describe, expect, test } from 'vitest'
import type { Body } from '../ledger/record.ts'
import { foldRun } from '../run/run-view.ts'
import { act, cause, CLEAN, ending, entries, fault, gateSays, opening, passed } from '../testing/ledger-samples.ts'
import { samplePlan, sampleStack } from '../testing/samples.ts'
import { judge } from './judge.ts'

const plan = samplePlan({ ramp: { steps: [1] } }, sampleStack(1))
const LONG_AFTER = 1_000_000
/** An ending in which a gate said this and its recovery was waited for in vain. */
const inVain = (said: Body): Body[] =>
  replace(ending(), 'recovered', [said, { kind: 'recovered', signal: 'errorRatio', afterMs: undefined, detail: 'still 30 %' }])
const withInvariant = samplePlan({ ramp: { steps: [1] }, invariants: { balanced: { get: 'http://api:8080/invariant' } } }, sampleStack(1))
const judgeAll = (...bodies: readonly Body[]) => judge(foldRun(entries(...bodies)))
const run = (end: Body, more: readonly Body[] = [], after: readonly Body[] = ending()) =>
  judgeAll(...opening(plan), ...fault(), ...more, end, ...after)
const replace = (bodies: readonly Body[], kind: Body['kind'], by: readonly Body[]) => bodies.flatMap((body) => (body.kind === kind ? by : [body]))
const looked: Body = { kind: 'residue', when: 'after-close', residue: CLEAN }
const invariant = (held: boolean): Body => ({ kind: 'invariant', name: 'balanced', held, detail: 'sum is 7, not 8' })

describe('held', () => {
  test('when all was seen: passed stages, green gates, landed, undone, recovered, nothing left', () => {
    expect(run(cause('completed'), [passed])).toEqual({
      sentence: 'Held: with 1 of 1 replica of worker killed, every gate stayed within its limit and the system recovered; everything is back.',
      endedBy: 'completed',
      hypothesis: { state: 'held', why: 'every stage passed, every gate stayed within its limit, and the system recovered' },
      effect: { state: 'landed', why: 'the process ended' },
      rollback: { state: 'clean', why: 'every undo was verified, and a look from outside found nothing left' },
      containment: { state: 'held', why: '1 of 1 wall tried from inside, and held' },
      evidence: { state: 'complete', why: 'everything that was meant to be recorded is' },
      exit: 0,
    })
  })

  test('with its invariants asked and kept', () => {
    const all = [...opening(withInvariant), ...fault(), passed, cause('completed'), ...ending()]
    expect(judgeAll(...all, invariant(true))).toMatchObject({ hypothesis: { state: 'held' }, exit: 0 })
    expect(judgeAll(...all)).toMatchObject({ hypothesis: { state: 'inconclusive', why: 'the invariant balanced was not asked afterwards' }, exit: 3 })
  })

  test('never when files of the stack changed during the run, or nobody looked whether they did', () => {
    const changed = "the stack's files changed during the run: shared/app.js"
    const files = (by: readonly Body[]) => run(cause('completed'), [passed], replace(ending(), 'files', by))
    expect(files([{ kind: 'files', changed: ['shared/app.js'] }])).toMatchObject({
      hypothesis: { state: 'inconclusive', why: changed },
      evidence: { state: 'gaps', why: changed },
      exit: 3,
    })
    expect(files([])).toMatchObject({ hypothesis: { state: 'inconclusive' }, evidence: { state: 'gaps' }, exit: 3 })
  })

  test('never when it was not seen whether a gate recovered, since the waiting was cut short', () => {
    const cut = run(cause('completed'), [passed], [cause('operator'), ...replace(ending(), 'recovered', [])])
    expect(cut).toMatchObject({
      endedBy: 'completed',
      hypothesis: { state: 'inconclusive', why: 'whether errorRatio recovered was not seen' },
      exit: 3,
    })
  })
})

describe('refuted', () => {
  test("by a breach of one of the charter's own gates, with when and how fast it was taken back", () => {
    const verdict = run(cause('gate-breach', 'errorRatio: 2 of 3'), [gateSays('BREACH', { value: 0.4 })])
    expect(verdict).toMatchObject({ endedBy: 'gate-breach', hypothesis: { state: 'refuted', why: 'errorRatio: 2 of 3' }, exit: 1 })
    expect(verdict.sentence).toBe(
      'Refuted: with 1 of 1 replica of worker killed, errorRatio passed 5 % after 4 s; the lab stopped it, and everything was back 4 s later.',
    )
  })

  test('by a breach even if no gate state of it was recorded', () => {
    expect(run(cause('gate-breach')).sentence).toContain("one of the charter's own limits was passed after 3 s;")
    expect(run(cause('gate-breach', 'lag')).sentence).toContain('was passed after 3 s (lag);')
  })

  test('by a gate that fell below its limit, in those words', () => {
    const below = samplePlan({ ramp: { steps: [1] }, abort: { okRate: '< 40' } }, sampleStack(1))
    const verdict = judgeAll(...opening(below), ...fault(), gateSays('BREACH', { gate: 'okRate' }), cause('gate-breach'), ...ending())
    expect(verdict.sentence).toContain('okRate fell below 40 /s after')
  })

  test('by a breach and a broken invariant: the sentence tells both, and that the data came back from the snapshot', () => {
    const restored: Body = { kind: 'snapshot', what: 'restored', detail: '' }
    const restoring: Body = { kind: 'snapshot', what: 'restoring', detail: '' }
    const both = [gateSays('BREACH', { value: 0.4 })]
    expect(run(cause('gate-breach'), both, [...ending(), invariant(false), restored, invariant(true)]).sentence).toBe(
      'Refuted: with 1 of 1 replica of worker killed, errorRatio passed 5 % after 4 s, and balanced did not hold; the lab stopped it, every fault was gone 4 s later, and the data is back from the snapshot.',
    )
    expect(run(cause('completed'), [passed], [...ending(), invariant(false), restoring, restored, invariant(false)]).sentence).toContain(
      'the data is back from the snapshot, but balanced did not hold then either.',
    )
    expect(run(cause('completed'), [passed], [...ending(), invariant(false), restored]).sentence).toContain(
      '; every fault is gone, and the data is back from the snapshot.',
    )
  })

  test.each([['failed'], []] as const)('by a broken invariant whose snapshot did not come back: not everything is said to be back', (...then) => {
    const snapshots = ['restoring' as const, ...then].map((what): Body => ({ kind: 'snapshot', what, detail: '' }))
    expect(run(cause('completed'), [passed], [...ending(), invariant(false), ...snapshots]).sentence).toContain(
      '; every fault is gone, and the data is not back: the snapshot could not be restored.',
    )
  })

  test('by an invariant that does not hold afterwards, also when a person stopped the run', () => {
    expect(run(cause('completed'), [passed], [...ending(), invariant(false)])).toMatchObject({
      hypothesis: { state: 'refuted', why: 'the invariant balanced does not hold: sum is 7, not 8' },
      exit: 1,
    })
    expect(run(cause('operator'), [], [...ending(), invariant(false)])).toMatchObject({ endedBy: 'operator', exit: 1 })
  })

  test('by a recovery that did not come', () => {
    const verdict = run(cause('completed'), [passed], inVain(gateSays('BREACH', { beyond: LONG_AFTER })))
    expect(verdict).toMatchObject({ hypothesis: { state: 'refuted', why: 'errorRatio did not recover within 10 s: still 30 %' }, exit: 1 })
    expect(verdict.sentence).toContain('errorRatio did not recover within 10 s')
  })

  test.each([
    ['its gate is UNKNOWN', gateSays('UNKNOWN', { reason: 'http' })],
    ['no window since the revert was judged', gateSays('BREACH', { beyond: 1 })],
    ['the latest window was well, if too few of them were', gateSays('BREACH')],
  ])('not by a recovery that nobody saw fail: %s', (_, said) => {
    expect(run(cause('completed'), [passed], inVain(said))).toMatchObject({
      hypothesis: { state: 'inconclusive', why: 'whether errorRatio recovered was not seen' },
      exit: 3,
    })
  })

  test('not by a guard that did not recover', () => {
    const guarded = { ...plan, gates: plan.gates.map((gate) => ({ ...gate, guard: true })) }
    const records = [...opening(guarded), ...fault(), passed, cause('completed'), ...inVain(gateSays('BREACH', { beyond: LONG_AFTER }))]
    expect(judgeAll(...records).hypothesis.state).toBe('inconclusive')
  })

  test('not by a breach before anything was injected', () => {
    expect(judgeAll(...opening(plan), cause('gate-breach'), looked)).toMatchObject({ hypothesis: { state: 'inconclusive' }, exit: 3 })
  })
})

describe('stopped or inconclusive', () => {
  test.each([
    ['operator', 2],
    ['limit', 2],
    ['guard-breach', 2],
    ['gate-unknown', 3],
    ['lease-lost', 3],
    ['controller-lost', 3],
    ['agent-lost', 3],
    ['ledger-lost', 3],
    ['stack', 3],
    ['preflight', 3],
    ['starved', 3],
    ['error', 3],
  ] as const)('%s ends with %d, and its reason is the sentence', (name, exit) => {
    const verdict = run(cause(name, 'so it was'))
    expect(verdict).toMatchObject({ endedBy: name, hypothesis: { state: 'inconclusive' }, exit })
    expect(verdict.hypothesis.why).toMatch(/: so it was$/)
    expect(verdict.sentence).toMatch(
      /^Inconclusive: with 1 of 1 replica of worker killed, .*; (the lab stopped it, and )?everything was back 4 s later\.$/,
    )
  })

  test('a stack that does not start is named as such, and the enclosure it was started in is not denied', () => {
    const [begun, planned, policy] = opening(plan) as [Body, Body, Body]
    const unstarted = [begun, planned, policy, cause('stack', 'worker#1 did not become healthy: it is exited\n  no such file'), looked]
    expect(judgeAll(...unstarted)).toMatchObject({
      sentence:
        'Inconclusive: nothing was injected: the stack did not start: worker#1 did not become healthy: it is exited; there was nothing to put back.',
      containment: { state: 'weaker', why: 'no enclosure was opened, so no wall was tried' },
      exit: 3,
    })
    const started: Body = { kind: 'service', service: 'worker#1', state: 'starting', detail: '' }
    expect(judgeAll(started, ...unstarted).containment.why).toBe('the enclosure stood, but not the whole stack in it, so no wall was tried')
  })

  test('a starved machine refutes nothing, whatever else is recorded', () => {
    expect(run(cause('starved'), [], [...ending(), invariant(false)])).toMatchObject({ hypothesis: { state: 'inconclusive' }, exit: 3 })
  })

  test('of two causes the first in time counts; in one millisecond the one that ranks first (case 13)', () => {
    expect(run(cause('operator'), [], [cause('gate-breach'), ...ending()])).toMatchObject({ endedBy: 'operator' })
    const at = (body: Body) => ({ at: 9000, body })
    const both = [
      ...entries(...opening(plan), ...fault()).map((entry) => ({ ...entry, at: entry.at / 2 })),
      at(cause('operator')),
      at(cause('gate-breach')),
      at(cause('completed')),
    ]
    for (const order of [both, [...both].reverse()]) expect(judge(foldRun(order)).endedBy).toBe('completed')
  })

  test('a run that names no reason is an error with a gap', () => {
    const verdict = judgeAll(...opening(plan), ...fault(), ...ending())
    expect(verdict).toMatchObject({ endedBy: 'error', hypothesis: { state: 'inconclusive' }, exit: 3 })
    expect(verdict.evidence).toMatchObject({ state: 'gaps', why: expect.stringContaining('no reason for the end') })
  })

  test.each<[string, Body[], Body[], string]>([
    ['a stage was not passed', [], ending(), 'stage 1 is not recorded as passed'],
    ['the revert is not recorded', [passed], replace(ending(), 'reverted', []), 'the revert is not recorded'],
  ])('completed, but %s', (_, more, after, why) => {
    expect(run(cause('completed'), more, after)).toMatchObject({ hypothesis: { state: 'inconclusive', why }, exit: 3 })
  })

  test('completed without a gate seen OK under the fault, without a gate, without a plan', () => {
    const unseen = replace(fault(), 'gate', [gateSays('UNKNOWN')])
    expect(judgeAll(...opening(plan), ...unseen, passed, cause('completed'), ...ending()).hypothesis.why).toBe(
      'the gate errorRatio was never seen OK under the fault',
    )
    expect(judgeAll(...opening({ ...plan, gates: [] }), ...fault(), passed, cause('completed'), ...ending()).hypothesis.why).toBe(
      'no gate watched the run',
    )
    expect(
      judgeAll(...opening(plan).filter((body) => body.kind !== 'plan'), ...fault(), passed, cause('completed'), ...ending()).hypothesis.why,
    ).toBe('no plan is recorded')
  })

  test('nothing recorded at all is inconclusive', () => {
    expect(judge(foldRun([]))).toMatchObject({
      sentence: 'Inconclusive: nothing was injected: something in the lab itself failed; there was nothing to put back.',
      effect: { state: 'did-not-land' },
      rollback: { state: 'nothing-to-undo' },
      containment: { state: 'weaker' },
      evidence: { state: 'gaps' },
      exit: 3,
    })
  })

  test('denied by policy ends with 4 and says the reason', () => {
    const denied: Body = { kind: 'policy', effect: 'deny', why: ['no cell'] }
    expect(judgeAll(denied)).toMatchObject({ sentence: 'Denied by policy: no cell', exit: 4 })
    expect(judgeAll({ ...denied, why: [] }).sentence).toContain('no reason is recorded')
  })
})

describe('the effect', () => {
  const effect = (landed: Body[], during: Body[] = fault()) =>
    judgeAll(...opening(plan), ...during, passed, cause('completed'), ...replace(ending(), 'landed', landed))
  const look = (seen: 'yes' | 'no' | 'unknown'): Body => ({ kind: 'landed', seen: { seen, detail: 'looked' } })

  test('that did not land is never a pass (case 22)', () => {
    expect(effect([look('no')])).toMatchObject({ effect: { state: 'did-not-land', why: 'looked' }, hypothesis: { state: 'inconclusive' }, exit: 3 })
    expect(effect([], [...fault(), act('not-landed')])).toMatchObject({
      effect: { state: 'did-not-land', why: 'seen not to have landed on worker#1' },
      exit: 3,
    })
    expect(effect([look('yes')], [...fault(), act('inject-failed')])).toMatchObject({
      effect: { state: 'did-not-land', why: 'the inject failed on worker#1' },
      exit: 3,
    })
  })

  test('that nobody saw is unknown, and never a pass', () => {
    for (const landed of [[look('unknown')], []])
      expect(effect(landed)).toMatchObject({ effect: { state: 'unknown' }, hypothesis: { state: 'inconclusive' }, exit: 3 })
  })

  test('seen on each target is enough without a look at the end', () => {
    expect(effect([], [...fault(), act('landed')])).toMatchObject({ effect: { state: 'landed', why: 'seen on worker#1' }, exit: 0 })
  })

  test('of the rehearsal on the canary does not count', () => {
    const rehearsal = [act('injected', { act: 'a0', stage: 0 }), act('landed', { act: 'a0', stage: 0 }), act('verified', { act: 'a0', stage: 0 })]
    expect(judgeAll(...opening(plan), ...rehearsal, cause('preflight'), looked)).toMatchObject({
      effect: { why: 'nothing was injected' },
      rollback: { state: 'nothing-to-undo' },
      exit: 3,
    })
  })
})

describe('the rollback', () => {
  const after = (...bodies: readonly Body[]) => run(cause('completed'), [passed], bodies)

  test('that was not verified is stuck and outranks every other end but a denial (case 18)', () => {
    const stuck = ending().filter((body) => body.kind !== 'act')
    expect(after(...stuck)).toMatchObject({ rollback: { state: 'stuck', why: 'not seen to be undone: worker#1' }, exit: 5 })
    expect(run(cause('gate-breach'), [], stuck)).toMatchObject({ hypothesis: { state: 'refuted' }, exit: 5 })
    expect(run(cause('gate-breach'), [], stuck).sentence).toMatch(/not everything is back: not seen to be undone: worker#1\.$/)
  })

  test('that the agent calls stuck is stuck, until it was verified after all', () => {
    const reverted: Body = { kind: 'reverted', ms: 9000, acts: 1, stuck: ['a1', 'a9'] }
    expect(after(reverted, act('stuck'))).toMatchObject({ rollback: { state: 'stuck', why: 'not seen to be undone: worker#1, a9' }, exit: 5 })
    expect(after({ ...reverted, stuck: ['a1'] }, act('stuck'), act('verified'), looked).rollback.state).toBe('clean')
  })

  test('of a canary that was left in is stuck, even if nothing else was injected', () => {
    expect(judgeAll(...opening(plan), act('injected', { stage: 0 }), cause('preflight'))).toMatchObject({ rollback: { state: 'stuck' }, exit: 5 })
  })

  test('that left something behind is stuck, by either scan', () => {
    const left = { ...CLEAN, found: [{ key: 'nft', what: 'table inet sc_1' }] }
    for (const when of ['before-close', 'after-close'] as const) {
      expect(after(...ending(), { kind: 'residue', when, residue: left })).toMatchObject({
        rollback: { state: 'stuck', why: 'left behind: table inet sc_1' },
        exit: 5,
      })
    }
  })

  test('that nobody looked at from outside is never called clean', () => {
    const verdict = after(...ending().filter((body) => body.kind !== 'residue'))
    expect(verdict.rollback).toEqual({ state: 'stuck', why: 'nobody looked from outside whether it is gone' })
    expect(verdict.evidence.why).toBe('no residue scan before closing; no residue scan after closing')
  })

  test('that nobody looked at is not called clean either when the record ends before the revert, or before anything was injected', () => {
    const stuck = { rollback: { state: 'stuck', why: 'nobody looked from outside whether it is gone' }, exit: 5 }
    expect(judgeAll(...opening(plan), ...fault(), act('undone'), act('verified'))).toMatchObject(stuck)
    expect(judgeAll(...opening(plan), cause('preflight'))).toMatchObject(stuck)
    const entered: Body = { kind: 'stage', stage: 'open', state: 'entered', detail: '' }
    expect(judgeAll(...opening(plan).filter(({ kind }) => kind !== 'opened'), entered)).toMatchObject(stuck)
  })
})

describe('the containment', () => {
  const walls = (weaker: string[], held: ('held' | 'not held' | 'not tried')[], of = plan) =>
    judgeAll(
      ...replace(replace(opening(of), 'opened', [{ kind: 'opened', containment: 'x', weaker, targets: [] }]), 'walls', [
        { kind: 'walls', walls: held.map((one, index) => ({ wall: `wall ${index + 1}`, held: one, detail: '' })) },
      ]),
      ...fault(),
      passed,
      cause('completed'),
      ...ending(),
    )

  test('with a wall that fell is broken, and the run is not a pass', () => {
    expect(walls([], ['held', 'not held'])).toMatchObject({ containment: { state: 'broken', why: 'not held: wall 2' }, exit: 3 })
  })

  test('that has no walls by design is weaker, as it said it would be', () => {
    const process = samplePlan({ ramp: { steps: [1] }, containment: 'process' }, sampleStack(1))
    expect(walls(['no walls'], ['not held'], process)).toMatchObject({ containment: { state: 'weaker', why: 'no walls; not held: wall 1' }, exit: 0 })
  })

  test('that has no walls by design does not say that nothing at all was left', () => {
    const process = samplePlan({ ramp: { steps: [1] }, containment: 'process' }, sampleStack(1))
    const why = expect.stringContaining('did not see processes that left their service, its session and its environment') as string
    expect(walls(['no walls'], ['not held'], process)).toMatchObject({ rollback: { state: 'clean', why } })
    expect(walls([], ['held']).rollback.why).toMatch(/found nothing left$/)
  })

  test('held says how many walls were tried, and what it does not bound', () => {
    expect(walls(['One kernel.'], ['held', 'not tried']).containment).toEqual({
      state: 'held',
      why: '1 of 2 walls tried from inside, and held; one kernel; not tried: wall 2',
    })
  })

  test('of which no wall was tried is weaker', () => {
    expect(walls([], []).containment).toEqual({ state: 'weaker', why: 'no wall was tried' })
  })
})

test('evidence has gaps for what was recorded late, not seen, or never judged', () => {
  const two = samplePlan({ ramp: { steps: [1] }, abort: { errorRatio: '> 5%', p95: '> 300ms' } }, sampleStack(1))
  const unseen = { ...CLEAN, notSeen: ['mounts', 'nft: this fault makes no rules'] }
  const verdict = judgeAll(
    ...opening(two),
    ...fault(),
    passed,
    cause('operator'),
    { kind: 'late', what: 'the abort' },
    ...replace(ending(), 'residue', [{ kind: 'residue', when: 'after-close', residue: unseen }]),
  )
  expect(verdict.evidence).toEqual({
    state: 'gaps',
    why: 'recorded late: the abort; no residue scan before closing; not seen: mounts; never judged: p95',
  })
})

test('links are named by both ends, several targets in the plural, and a fault of another version by its kind', () => {
  const link = samplePlan({ ramp: { steps: ['100%'] }, fault: { kind: 'net.partition', between: ['api', 'worker'] } }, sampleStack(2))
  const sentence = (of: typeof plan) => judgeAll(...opening(of), ...fault(), cause('operator'), ...ending()).sentence
  expect(sentence(link)).toContain('with 1 of 2 api–worker links cut, a person stopped it')
  const old = { ...plan, fault: { kind: 'process.tickle' } } as unknown as typeof plan
  expect(sentence(old)).toContain('with 1 of 1 replica of worker under process.tickle')
})
