import { describe, expect, test } from 'vitest'
import type { Charter } from '../charter/charter.ts'
import { zod } from '../zod.ts'
import { bind } from './bind.ts'
import { FAULTS, type FaultSpec, faultOf } from './catalogue.ts'
import type { FaultDefinition } from './fault.ts'
import { faultReference, lookText, stepText } from './fault-reference.ts'
import { FACTS, type Facts, type Look, type Step } from './step.ts'

const ALL_FACTS = Object.fromEntries(Object.keys(FACTS).map((name) => [name, 'f1'])) as Facts
const definitions = FAULTS as unknown as readonly FaultDefinition<FaultSpec>[]
const specOf = (fault: FaultDefinition<FaultSpec>, more: object = {}): Charter['fault'] => fault.schema(zod).parse({ ...fault.example, ...more })

describe.each(definitions.map((fault) => [fault.kind, fault] as const))('the fault %s', (kind, fault) => {
  const acts = fault.acts(specOf(fault))

  test('is found by its kind and accepts its own example', () => {
    expect(faultOf(kind)).toBe(fault)
    expect(specOf(fault).kind).toBe(kind)
  })

  test('asks only for facts that exist, so that all its steps and looks can be bound', () => {
    expect(JSON.stringify(bind(acts, ALL_FACTS))).not.toMatch(/\{[A-Za-z]+\}/)
  })

  test('has an undo, a look that proves it and a look that proves that it landed, each with a deadline', () => {
    for (const list of [acts.inject, acts.undo, acts.verify, acts.landed]) expect(list.length).toBeGreaterThan(0)
    for (const timed of [...acts.inject, ...acts.undo, ...acts.verify, ...acts.landed, ...(acts.renew ?? [])])
      expect(timed.deadlineMs).toBeGreaterThan(0)
  })

  test('is renewed if, and only if, the kernel ends it', () => {
    expect(acts.renew !== undefined).toBe(acts.selfExpires)
  })

  test('refuses a key that it does not know', () => {
    expect(fault.schema(zod).safeParse({ ...fault.example, surprise: 1 }).success).toBe(false)
  })

  test('says in words what it does to whom', () => {
    expect(fault.sentence(specOf(fault))).toContain('worker')
    expect(fault.afflicted).not.toBe('')
  })

  test('is made alike every time, since the agent compares its own with the plan', () => {
    expect(JSON.stringify(fault.acts(specOf(fault)))).toBe(JSON.stringify(acts))
  })
})

test.each(definitions.map((fault) => [fault.kind, fault] as const))(
  'no step of %s is also one of its undo: by its undo an act is known to be over',
  (_, fault) => {
    const { inject, renew, undo } = fault.acts(specOf(fault))
    for (const step of undo) expect([...inject, ...(renew ?? [])]).not.toContainEqual(step)
  },
)

test('a kind that does not exist is not found', () => {
  expect(faultOf('process.tickle')).toBeUndefined()
})

test('a kill without grace and match signals the main process once', () => {
  const kill = faultOf('process.kill')!
  const spec = kill.schema(zod).parse({ kind: 'process.kill', target: 'worker' })
  expect(kill.acts(spec).inject).toEqual([{ do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: 1000 }])
  expect(kill.sentence(spec)).toBe('send SIGKILL to the main process of worker')
})

test('a kill with grace and match says both', () => {
  const kill = faultOf('process.kill')!
  const spec = kill.schema(zod).parse({ kind: 'process.kill', target: 'worker', signal: 'SIGTERM', grace: '2s', match: 'node .*job' })
  expect(kill.acts(spec).inject).toEqual([
    { do: 'signal', in: 'target', signal: 'SIGTERM', match: 'node .*job', then: { signal: 'SIGKILL', afterMs: 2000 }, deadlineMs: 3000 },
  ])
  expect(kill.sentence(spec)).toBe('send SIGTERM, then SIGKILL after 2 s, to the processes matching /node .*job/ of worker')
})

test.each(['(', '{mark}', ''])('the pattern %j is refused', (match) => {
  expect(faultOf('process.kill')!.schema(zod).safeParse({ kind: 'process.kill', target: 'worker', match }).success).toBe(false)
})

test.each([
  ['(a)\\1', 'cannot be matched in bounded time'],
  ['(?=a)', 'looks ahead'],
  ['((a{99}){99}){99}', 'too large'],
  ['a)', 'closes nothing'],
])('the pattern %j is refused with the reason', (match, why) => {
  const read = faultOf('process.kill')!.schema(zod).safeParse({ kind: 'process.kill', target: 'worker', match })
  expect(read.error?.issues.map(({ message }) => message).join()).toContain(why)
})

test('a grace of more than half a minute is refused', () => {
  const read = (grace: string) => faultOf('process.kill')!.schema(zod).safeParse({ kind: 'process.kill', target: 'worker', signal: 'SIGTERM', grace })
  expect(read('30s').success).toBe(true)
  expect(read('31s').success).toBe(false)
})

test('a link from a service to itself is refused', () => {
  expect(
    faultOf('net.partition')!
      .schema(zod)
      .safeParse({ kind: 'net.partition', between: ['api', 'api'] }).success,
  ).toBe(false)
})

test.each([
  [30, '< 300 '],
  [0.1, '< 1 '],
  [29.3, '< 293 '],
  [100, '< 1000 '],
])('a loss of %d percent drops so many of a thousand', (percent, rule) => {
  const loss = faultOf('net.loss')!
  expect(JSON.stringify(loss.acts(loss.schema(zod).parse({ kind: 'net.loss', between: ['api', 'worker'], percent })).inject)).toContain(rule)
})

test('roulette spreads its victims, and refuses to play faster than ten times a second', () => {
  const roulette = faultOf('process.roulette')!
  expect(roulette.spread(roulette.schema(zod).parse({ kind: 'process.roulette', target: 'worker' }))).toEqual({
    kind: 'random',
    meanIntervalMs: 5000,
  })
  expect(roulette.schema(zod).safeParse({ kind: 'process.roulette', target: 'worker', meanInterval: '50ms' }).success).toBe(false)
})

test('a burn of one core says so', () => {
  const burn = faultOf('cpu.burn')!
  expect(burn.sentence(burn.schema(zod).parse({ kind: 'cpu.burn', target: 'worker' }))).toBe('keep one core busy inside worker')
})

describe('the reference', () => {
  test('has a section for every fault', () => {
    expect([...faultReference().matchAll(/^### (.*)$/gm)].map(([, kind]) => kind)).toEqual(FAULTS.map((fault) => fault.kind))
  })

  test.each<[Step, string]>([
    [{ do: 'exec', in: 'agent', tool: 'true', args: [], deadlineMs: 9 }, '`true` in agent, within 9 ms'],
    [{ do: 'signal', in: 'target', signal: 'SIGHUP', match: 'a+', deadlineMs: 9 }, 'SIGHUP to what matches /a+/, within 9 ms'],
    [{ do: 'release', in: 'target', deadlineMs: 9 }, 'end what is held, within 9 ms'],
  ])('says the step %j in words', (step, words) => {
    expect(stepText(step)).toBe(words)
  })

  test.each<[Look, string]>([
    [{ look: 'process', in: 'target', match: 'a+', expect: 'ended', deadlineMs: 9 }, 'the processes that match /a+/ are ended, within 9 ms'],
    [{ look: 'held', in: 'target', expect: 'none', deadlineMs: 9 }, 'what is held is none, within 9 ms'],
  ])('says the look %j in words', (look, words) => {
    expect(lookText(look)).toBe(words)
  })

  test('a step or look that does not exist is an error, not an empty line', () => {
    expect(() => stepText({ do: 'dance' } as unknown as Step)).toThrow(TypeError)
    expect(() => lookText({ look: 'away' } as unknown as Look)).toThrow(TypeError)
  })
})
