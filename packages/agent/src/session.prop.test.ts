import { rmSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fakeMembers } from '../../../test/support/fake-enclosure.ts'
import { type Kind, SessionRig, TARGETS } from '../../../test/support/session-rig.ts'
import { readChain } from './chain.ts'
import { listLocks } from './lock-file.ts'
import { listOwed } from './owed.ts'
import { runFolder } from './run-folder.ts'

const target = fc.constantFrom(...TARGETS)
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('inject' as const), stage: fc.constantFrom('next', 'next', 'same', 'beyond') }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('renew' as const), age: fc.constantFrom(0, 0, 50, 100, 2900, 3100, -500, -2000, Number.NaN) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 60, 100, 900, 2999, 3001, 20_001) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set-clock' as const), byMs: fc.constantFrom(-100_000, -900, -50, 50, 900, 100_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort-in-flight' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('landed' as const, 'revert' as const, 'abort' as const, 'self-undone' as const, 'die' as const) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('race' as const), what: fc.constantFrom('inject', 'renew'), turns: fc.nat({ max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('undo-fails' as const), target, times: fc.constantFrom(1, 2, 9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('inject-fails' as const, 'never-back' as const), target }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('arm-fails' as const, 'renew-fails' as const, 'disk-full' as const, 'more-members' as const) }),
  },
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

async function act(rig: SessionRig, command: Command): Promise<void> {
  const name = 'target' in command ? nameOf(rig, command.target) : ''
  switch (command.do) {
    case 'inject':
      return await rig.inject(command.stage)
    case 'renew':
      return await rig.renew(command.age)
    case 'pass':
      rig.clock.mono += command.ms
      return rig.session.tick()
    case 'set-clock':
      rig.clock.set(command.byMs)
      return rig.session.tick()
    case 'race':
      return await rig.race(command.what, command.turns)
    case 'abort-in-flight':
      return await rig.abortInFlight()
    case 'landed':
      return void (await rig.session.run.landed())
    case 'revert':
      return await rig.end('completed')
    case 'abort':
      return await rig.end('operator')
    case 'self-undone':
      return rig.enclosure.emit({ event: 'self-undone', at: 0, acts: [] })
    case 'die':
      rig.enclosure.inForce.clear()
      return rig.enclosure.emit({ event: 'ended', at: 0, detail: 'by the script' })
    case 'undo-fails':
      return void rig.knobs.undoFails.set(name, command.times)
    case 'inject-fails':
      return void rig.knobs.injectFails.add(name)
    case 'never-back':
      return void rig.knobs.neverBack.add(name)
    case 'arm-fails':
      rig.knobs.arm = 'fails'
      return
    case 'renew-fails':
      rig.knobs.renew = 'fails'
      return
    case 'disk-full':
      rig.records.full = true
      return
    case 'more-members':
      rig.knobs.members.push(...fakeMembers('worker', 5).slice(3))
  }
}

/** The planned target that a worker is, or is the first end of. */
const nameOf = (rig: SessionRig, worker: string): string => rig.planned.plan.targets.find(({ members }) => members[0] === worker)?.id ?? worker

/** Plays a script and returns the promises that it broke. */
async function play(kind: Kind, commands: readonly Command[]): Promise<string[]> {
  const rig = new SessionRig(kind)
  try {
    await rig.open()
    for (const command of commands) {
      await act(rig, command)
      if (rig.leaseUntil !== undefined && rig.clock.mono >= rig.leaseUntil) await judgeLease(rig)
    }
    const { stuck } = await rig.session.end('completed', 'the script is over', true)
    judgeUndone(rig, stuck)
    await rig.session.leave()
    judgeClosed(rig, stuck)
    return rig.broken
  } finally {
    await rig.session.leave()
    rmSync(rig.stateDir, { recursive: true, force: true })
  }
}

async function judgeLease(rig: SessionRig): Promise<void> {
  const { cause, stuck } = await rig.session.end('starved', 'the test asks who ended it', true)
  rig.ended = true
  rig.check(cause !== 'starved', 'I4: the lease ends the run without anybody')
  for (const act of rig.enclosure.inForce.keys()) rig.check(stuck.includes(act), `I4: ${act} is off within the lease, or stuck`)
}

function judgeUndone(rig: SessionRig, stuck: readonly string[]): void {
  for (const act of rig.enclosure.inForce.keys()) rig.check(stuck.includes(act), `I2: ${act} is gone or stuck`)
  const owed = listOwed(rig.stateDir).flatMap((file) => (file.owed?.kind === 'act' ? [file.owed.act] : []))
  // On a full disk an act that never began may have no record; the environment is locked for it all the same.
  const allOwed = rig.records.full || stuck.every((act) => owed.includes(act))
  rig.check(allOwed && owed.every((act) => stuck.includes(act)), `I2: exactly what is stuck stays owed: ${owed.join()}, stuck ${stuck.join()}`)
}

function judgeClosed(rig: SessionRig, stuck: readonly string[]): void {
  rig.check(rig.enclosure.closed, 'the enclosure is closed')
  const locks = listLocks(rig.stateDir).map(({ state }) => state)
  rig.check(locks.join() === (stuck.length > 0 ? 'unclean' : ''), `I2: locked if and only if something is stuck: ${locks.join()}`)
  const { broken, links } = readChain(runFolder(rig.stateDir, 'prop').chain)
  rig.check(broken === undefined, 'the chain holds')
  rig.check(links.filter(({ body }) => 'cause' in body).length === 1, 'one cause is written down')
}

describe('a session, whatever it is asked and whatever fails', () => {
  test.each(['process.pause', 'net.partition', 'cpu.burn'] as const)(
    'keeps its promises with %s',
    async (kind) => {
      const scripts = fc.array(command, { maxLength: 14 })
      await fc.assert(
        fc.asyncProperty(scripts, async (commands) => {
          expect(await play(kind, commands)).toEqual([])
        }),
        { numRuns: 80 },
      )
    },
    60_000,
  )

  test('widens only by a green since the last stage, whatever the wall clock does', async () => {
    const rig = new SessionRig('process.pause')
    const { session, clock } = rig
    const next = (stage: number): Promise<unknown> =>
      session.inject(stage).then(
        () => 'injected',
        (error: { code: string }) => error.code,
      )
    try {
      await rig.open()
      await expect(session.run.renew(clock.now()), 'too early, and no reason to end').resolves.toBeDefined()
      const taken = clock.now()
      clock.mono += 10
      clock.set(-100)
      expect(await next(1)).toBe('injected')
      expect(await next(2), 'at once').toBe('SC_GRANT')
      clock.mono += 200
      await session.run.renew(taken)
      expect(await next(2), 'by a sample that is older, and looks newer since the clock was set back').toBe('SC_GRANT')
      await session.run.renew(clock.now())
      expect(await next(2)).toBe('injected')
      clock.mono += 10
      expect(await next(3), 'by the green of the stage before').toBe('SC_GRANT')
      clock.mono += 200
      await session.run.renew(clock.now())
      expect(await next(3)).toBe('injected')
    } finally {
      await session.leave()
      rmSync(rig.stateDir, { recursive: true, force: true })
    }
  })
})
