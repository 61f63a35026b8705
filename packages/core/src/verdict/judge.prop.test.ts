import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { END_CAUSES } from '../ledger/end-causes.ts'
import type { Body } from '../ledger/record.ts'
import { foldRun } from '../run/run-view.ts'
import { act, cause, CLEAN, ending, entries, fault, gateSays, opening, passed } from '../testing/ledger-samples.ts'
import { samplePlan, sampleStack } from '../testing/samples.ts'
import { judge } from './judge.ts'

const plan = samplePlan({ ramp: { steps: [1] } }, sampleStack(1))
const WHOLE: readonly Body[] = [...opening(plan), ...fault(), passed, cause('completed'), ...ending()]
const anyBody: fc.Arbitrary<Body> = fc.oneof(
  fc.constantFrom(...WHOLE),
  fc.constantFrom(...END_CAUSES).map((name) => cause(name)),
  fc
    .constantFrom('owed', 'injected', 'inject-failed', 'landed', 'not-landed', 'landed-unknown', 'undone', 'verified', 'stuck')
    .chain((what) => fc.record({ act: fc.constantFrom('a1', 'a2'), stage: fc.constantFrom(0, 1) }).map((more) => act(what as 'owed', more))),
  fc.constantFrom('OK', 'BREACH', 'UNKNOWN').map((state) => gateSays(state as 'OK')),
  fc.constantFrom('yes', 'no', 'unknown').map((seen): Body => ({ kind: 'landed', seen: { seen: seen as 'yes', detail: '' } })),
  fc
    .constantFrom('before-close', 'after-close')
    .map((when): Body => ({ kind: 'residue', when: when as 'before-close', residue: { ...CLEAN, found: [{ key: 'nft', what: 'x' }] } })),
)
const ledger = fc.array(anyBody, { maxLength: 40 })
const verdictOf = (bodies: readonly Body[]) => judge(foldRun(entries(...bodies)))

test('whatever the ledger says, held needs a fault that landed, and clean needs every act verified', () => {
  fc.assert(
    fc.property(ledger, (bodies) => {
      const view = foldRun(entries(...bodies))
      const { hypothesis, effect, rollback, endedBy, exit } = judge(view)
      const held = hypothesis.state === 'held'
      const owed = Object.values(view.acts).some((one) => one.owed)
      expect(held && (effect.state !== 'landed' || endedBy !== 'completed')).toBe(false)
      expect(rollback.state !== 'stuck' && owed).toBe(false)
      expect(rollback.state === 'stuck' ? exit : 5).toBe(5)
      expect(exit === 0 && !(held && effect.state === 'landed' && rollback.state === 'clean')).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('no evidence is never held: whatever single record of a held run is missing, it is not better for it', () => {
  expect(verdictOf(WHOLE).exit).toBe(0)
  const needed = WHOLE.filter((_, index) => verdictOf(WHOLE.toSpliced(index, 1)).exit !== 0).map((body) => body.kind)
  expect(needed).toEqual(expect.arrayContaining(['plan', 'act', 'gate', 'ramp', 'end-cause', 'landed', 'reverted']))
  fc.assert(
    fc.property(fc.subarray([...WHOLE]), (bodies) => {
      const missing = WHOLE.filter((body) => !bodies.includes(body)).map((body) => body.kind)
      if (missing.some((kind) => ['plan', 'gate', 'end-cause', 'landed', 'reverted'].includes(kind)))
        expect(verdictOf(bodies).hypothesis.state).not.toBe('held')
    }),
  )
})

test('a ledger that goes on only makes it worse once a fault is stuck at its end', () => {
  fc.assert(
    fc.property(ledger, (bodies) => {
      expect(verdictOf([...bodies, act('stuck')])).toMatchObject({ rollback: { state: 'stuck' }, exit: 5 })
    }),
  )
})
