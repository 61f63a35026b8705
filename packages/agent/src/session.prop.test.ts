import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SafechaosError } from '@safechaos/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeEnclosure, fakeContainment, fakeKnobs, fakeMembers, type Knobs } from '../../../test/support/fake-enclosure.ts'
import { fakePlan, fakeStack } from '../../../test/support/fake-run.ts'
import { readChain } from './chain.ts'
import type { Clock } from './clock.ts'
import { digestOf } from './digest.ts'
import { makeFolder } from './durable.ts'
import { listLocks } from './locks.ts'
import { listOwed, type Owed, type OwedEnclosure, OwedRecords } from './owed.ts'
import { checkPlan } from './plan-check.ts'
import { bootId, ownId } from './process-identity.ts'
import type { Word } from './protocol.ts'
import { runFolder } from './run-folder.ts'
import { Session } from './session.ts'

const LEASE_MS = 3000
const LIMIT_MS = 20_000
const TARGETS = ['worker#1', 'worker#2', 'worker#3'] as const

const target = fc.constantFrom(...TARGETS)
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('inject' as const), stage: fc.constantFrom('next', 'next', 'same', 'beyond') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('renew' as const), age: fc.constantFrom(0, 100, 2900, 3100, -500, -2000, Number.NaN) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 900, 2999, 3001, 20_001) }) },
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

class HandClock implements Clock {
  at = 1_000_000
  now = (): number => this.at
  monotonic = (): number => this.at
}

class FullableRecords extends OwedRecords {
  full = false
  override async write(records: readonly { readonly number: number; readonly owed: Owed }[]): Promise<void> {
    if (this.full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    await super.write(records)
  }
}

/** One run with a fake enclosure, and what the promises say about it. */
class Rig {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'safechaos-session-'))
  readonly clock = new HandClock()
  readonly words: Word[] = []
  readonly knobs: Knobs = fakeKnobs([...fakeMembers('worker', 3), ...fakeMembers('api', 1)])
  readonly enclosure: FakeEnclosure
  readonly records: FullableRecords
  readonly session: Session
  /** Promises that were seen broken. */
  readonly broken: string[] = []
  stage = 0
  /** Instant up to which the lease was certainly granted. */
  leaseUntil: number | undefined
  ended = false

  constructor(kind: 'process.pause' | 'net.partition') {
    const folder = runFolder(this.stateDir, 'prop')
    makeFolder(folder.folder)
    this.records = new FullableRecords(this.stateDir, 'prop')
    const owed: OwedEnclosure = {
      version: 1,
      kind: 'enclosure',
      run: 'prop',
      agent: ownId(),
      bootId: bootId(),
      at: 0,
      containment: 'process',
      workDir: folder.work,
      identity: undefined,
    }
    this.records.writeNow(0, owed)
    this.enclosure = new FakeEnclosure({ run: 'prop', workDir: folder.work }, this.knobs)
    this.enclosure.onStep = (act, step) => {
      if (step === 'inject' && !listOwed(this.stateDir).some((file) => file.owed?.kind === 'act' && file.owed.act === act))
        this.broken.push(`I1: ${act} acts without its record on disk`)
      if (step !== 'undo' && this.ended) this.broken.push(`I5: ${step} of ${act} after the end`)
    }
    this.session = new Session({
      arguments: { run: 'prop', labDir: this.stateDir, containment: 'process', stateDir: this.stateDir, controller: ownId(), detached: false },
      containment: fakeContainment(this.knobs),
      clock: this.clock,
      self: ownId(),
      launched: Promise.resolve(this.enclosure),
      records: this.records,
      owed,
      recovered: Promise.resolve(),
      reaper: Promise.resolve({ id: ownId(), wake: () => undefined, dismiss: () => undefined }),
      loadPlanCheck: async () => ({ checkPlan }),
      digestStack: (stack) => ({ ok: true, digest: digestOf({ stack, files: {} }) }),
      say: (word) => this.words.push(word),
      backOffMs: [0, 0, 0, 0],
    })
    this.session.adopt(this.enclosure)
    this.planned = planFor(kind)
  }
  readonly planned: ReturnType<typeof planFor>

  check(kept: boolean, promise: string): void {
    if (!kept) this.broken.push(promise)
  }

  async do(command: Command): Promise<void> {
    switch (command.do) {
      case 'inject':
        return this.#inject(command.stage)
      case 'renew': {
        const newest = this.clock.at - command.age
        const renewed = await this.session.run.renew(newest).catch(() => undefined)
        if (renewed !== undefined && this.leaseUntil !== undefined) this.leaseUntil = this.clock.at + LEASE_MS
        return
      }
      case 'pass':
        this.clock.at += command.ms
        this.session.tick()
        return
      case 'race':
        return await this.#race(command.what, command.turns)
      case 'landed':
        return void (await this.session.run.landed())
      case 'revert':
        return await this.#end('completed')
      case 'abort':
        return await this.#end('operator')
      case 'self-undone':
        return this.enclosure.emit({ event: 'self-undone', at: 0, acts: [] })
      case 'die':
        this.enclosure.inForce.clear()
        return this.enclosure.emit({ event: 'ended', at: 0, detail: 'by the script' })
      case 'undo-fails':
        return void this.knobs.undoFails.set(this.#name(command.target), command.times)
      case 'inject-fails':
        return void this.knobs.injectFails.add(this.#name(command.target))
      case 'never-back':
        return void this.knobs.neverBack.add(this.#name(command.target))
      case 'arm-fails':
        this.knobs.arm = 'fails'
        return
      case 'renew-fails':
        this.knobs.renew = 'fails'
        return
      case 'disk-full':
        this.records.full = true
        return
      case 'more-members':
        this.knobs.members.push(...fakeMembers('worker', 5).slice(3))
    }
  }

  /** The planned target that a worker is, or is the first end of. */
  #name(worker: string): string {
    return this.planned.plan.targets.find(({ members }) => members[0] === worker)?.id ?? worker
  }

  async #inject(which: string): Promise<void> {
    const stage = which === 'next' ? this.stage + 1 : which === 'same' ? this.stage : 7
    try {
      const { acts } = await this.session.inject(stage)
      this.check(!this.ended, 'I5: nothing is injected after the end')
      this.check(which === 'next', 'I3: no stage twice, none beyond the plan')
      this.stage = stage
      this.leaseUntil ??= this.clock.at + LEASE_MS
      this.check(acts.length <= TARGETS.length, 'I3: no more targets than planned')
    } catch (error) {
      if (
        (error as SafechaosError).name !== 'SafechaosError' &&
        !(error as Error).message.includes('ENOSPC') &&
        !(error as Error).message.includes('arm')
      )
        throw error
    }
  }

  /** The abort comes while something else is under way. */
  async #race(what: string, turns: number): Promise<void> {
    const other = what === 'inject' ? this.session.inject(this.stage + 1) : this.session.run.renew(this.clock.at)
    other.catch(() => undefined)
    for (let turn = 0; turn < turns; turn += 1) await new Promise((done) => setImmediate(done))
    this.ended = true
    await Promise.allSettled([other, this.session.end('operator', 'in the middle of it', true)])
  }

  async #end(cause: 'completed' | 'operator'): Promise<void> {
    const first = await this.session.end(cause, 'by the script', true)
    this.check((await this.session.end('limit', 'later', true)) === first, 'the first cause is kept')
    this.ended = true
  }
}

const planFor = (kind: 'process.pause' | 'net.partition') =>
  kind === 'process.pause'
    ? fakePlan({ fault: { kind, target: 'worker' }, targets: TARGETS, leaseMs: LEASE_MS, limitMs: LIMIT_MS })
    : fakePlan({
        fault: { kind, between: ['worker', 'api'] },
        targets: TARGETS.map((worker) => `${worker}~api#1`),
        leaseMs: LEASE_MS,
        limitMs: LIMIT_MS,
      })

/** Plays a script and returns the promises that it broke. */
async function play(kind: 'process.pause' | 'net.partition', commands: readonly Command[]): Promise<string[]> {
  const rig = new Rig(kind)
  try {
    await rig.session.open({ ask: 'open', planned: rig.planned, stack: fakeStack, stackDir: rig.stateDir })
    for (const command of commands) {
      await rig.do(command)
      if (rig.leaseUntil !== undefined && rig.clock.at >= rig.leaseUntil) await judgeLease(rig)
    }
    const { stuck } = await rig.session.end('completed', 'the script is over', true)
    judgeUndone(rig, stuck)
    await rig.session.close()
    judgeClosed(rig, stuck)
    return rig.broken
  } finally {
    await rig.session.close()
    rmSync(rig.stateDir, { recursive: true, force: true })
  }
}

async function judgeLease(rig: Rig): Promise<void> {
  const { cause, stuck } = await rig.session.end('starved', 'the test asks who ended it', true)
  rig.ended = true
  rig.check(cause !== 'starved', 'I4: the lease ends the run without anybody')
  for (const act of rig.enclosure.inForce.keys()) rig.check(stuck.includes(act), `I4: ${act} is off within the lease, or stuck`)
}

function judgeUndone(rig: Rig, stuck: readonly string[]): void {
  for (const act of rig.enclosure.inForce.keys()) rig.check(stuck.includes(act), `I2: ${act} is gone or stuck`)
  const owed = listOwed(rig.stateDir).flatMap((file) => (file.owed?.kind === 'act' ? [file.owed.act] : []))
  // On a full disk an act that never began may have no record; the environment is locked for it all the same.
  const allOwed = rig.records.full || stuck.every((act) => owed.includes(act))
  rig.check(allOwed && owed.every((act) => stuck.includes(act)), `I2: exactly what is stuck stays owed: ${owed.join()}, stuck ${stuck.join()}`)
}

function judgeClosed(rig: Rig, stuck: readonly string[]): void {
  rig.check(rig.enclosure.closed, 'the enclosure is closed')
  const locks = listLocks(rig.stateDir).map(({ state }) => state)
  rig.check(locks.join() === (stuck.length > 0 ? 'unclean' : ''), `I2: locked if and only if something is stuck: ${locks.join()}`)
  const { broken, links } = readChain(runFolder(rig.stateDir, 'prop').chain)
  rig.check(broken === undefined, 'the chain holds')
  rig.check(links.filter(({ body }) => 'cause' in body).length === 1, 'one cause is written down')
}

describe('a session, whatever it is asked and whatever fails', () => {
  test.each(['process.pause', 'net.partition'] as const)(
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
})
