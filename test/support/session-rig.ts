import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FaultSpec, type PlannedStage, SafechaosError } from '@safechaos/core'
import type { Clock } from '../../packages/agent/src/clock.ts'
import { digestOf } from '../../packages/agent/src/digest.ts'
import { makeFolder } from '../../packages/agent/src/durable.ts'
import { listOwed, type Owed, type OwedEnclosure, OwedRecords } from '../../packages/agent/src/owed.ts'
import { checkPlan } from '../../packages/agent/src/plan-check.ts'
import { bootId, ownId } from '../../packages/agent/src/process-identity.ts'
import type { Word } from '../../packages/agent/src/protocol.ts'
import type { Reaper } from '../../packages/agent/src/reaper-link.ts'
import { runFolder } from '../../packages/agent/src/run-folder.ts'
import { Session } from '../../packages/agent/src/session.ts'
import { FakeEnclosure, fakeContainment, fakeKnobs, fakeMembers, type Knobs } from './fake-enclosure.ts'
import { fakePlan, fakeStack } from './fake-run.ts'

const LEASE_MS = 3000
const LIMIT_MS = 20_000
/** An undo with a fake takes milliseconds; waiting for what outlasts the abort would take for ever. */
const REVERT_BOUND_MS = 3000
export const TARGETS = ['worker#1', 'worker#2', 'worker#3'] as const
export type Kind = 'process.pause' | 'net.partition' | 'cpu.burn'

/** Two clocks in a hand: the steady one, and one on the wall that somebody sets. */
class HandClock implements Clock {
  mono = 5000
  /** What the wall clock is ahead of the steady one, since when. */
  readonly #ahead: { readonly from: number; readonly ms: number }[] = [{ from: Number.NEGATIVE_INFINITY, ms: 1_000_000 }]
  now = (): number => this.wallAt(this.mono)
  monotonic = (): number => this.mono
  set(byMs: number): void {
    this.#ahead.push({ from: this.mono, ms: this.now() - this.mono + byMs })
  }
  /** What the wall clock said, or says, at a steady instant. */
  wallAt(mono: number): number {
    return mono + (this.#ahead.findLast(({ from }) => from <= mono)?.ms ?? 0)
  }
}

class FullableRecords extends OwedRecords {
  full = false
  override async write(records: readonly { readonly number: number; readonly owed: Owed }[]): Promise<void> {
    if (this.full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    await super.write(records)
  }
}

/** One run with a fake enclosure, and what the promises say about it. */
export class SessionRig {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'safechaos-session-'))
  readonly labDir = join(this.stateDir, 'lab')
  readonly clock = new HandClock()
  readonly words: Word[] = []
  readonly knobs: Knobs = fakeKnobs([...fakeMembers('worker', 3), ...fakeMembers('api', 1)])
  readonly enclosure: FakeEnclosure
  readonly records: FullableRecords
  readonly session: Session
  readonly reaper: Reaper = {
    id: ownId(),
    stands: async () => this.reaperStands,
    wake: () => undefined,
    dismiss: () => undefined,
    onLost: (listener) => this.reaperLost.push(listener),
  }
  reaperStands = true
  readonly reaperLost: ((why: string) => void)[] = []
  readonly planned: ReturnType<typeof planFor>
  /** Promises that were seen broken. */
  readonly broken: string[] = []
  readonly #undoBegan = new Set<string>()
  stage = 0
  /** Steady instants: of the last stage that was injected, and of the newest sample that a renewal was accepted with. */
  #injectedAt = Number.NEGATIVE_INFINITY
  #greenAt = Number.NEGATIVE_INFINITY
  /** Steady instant up to which the lease was certainly granted. */
  leaseUntil: number | undefined
  ended = false

  constructor(kind: Kind) {
    this.planned = planFor(kind)
    const folder = runFolder(this.stateDir, 'prop')
    makeFolder(folder.folder)
    makeFolder(this.labDir)
    this.records = new FullableRecords(this.stateDir, 'prop')
    const base = { version: 1, kind: 'enclosure', run: 'prop', agent: ownId(), bootId: bootId(), at: 0, containment: 'process' } as const
    const owed: OwedEnclosure = { ...base, workDir: folder.work, identity: undefined }
    this.records.writeNow(0, owed)
    this.enclosure = new FakeEnclosure({ run: 'prop', workDir: folder.work }, this.knobs)
    this.enclosure.onStep = (act, step) => this.#onStep(act, step)
    this.session = new Session({
      arguments: { run: 'prop', labDir: this.labDir, containment: 'process', stateDir: this.stateDir, controller: ownId(), detached: false },
      containment: fakeContainment(this.knobs),
      clock: this.clock,
      self: ownId(),
      launched: Promise.resolve(this.enclosure),
      records: this.records,
      owed,
      recovered: Promise.resolve(),
      reaper: Promise.resolve(this.reaper),
      loadPlanCheck: async () => ({ checkPlan }),
      digestStack: (stack) => ({ ok: true, digest: digestOf({ stack, folder: '', files: {} }), files: new Map() }),
      say: (word) => this.words.push(word),
      backOffMs: [0, 0, 0, 0],
    })
    this.session.adopt(this.enclosure)
  }

  /** Hands the stack over and opens it with the plan. */
  async open(): Promise<void> {
    await this.session.prepare(fakeStack, this.labDir)
    await this.session.open({ ask: 'open', planned: this.planned })
  }

  check(kept: boolean, promise: string): void {
    if (!kept) this.broken.push(promise)
  }

  async inject(which: string): Promise<void> {
    const stage = which === 'next' ? this.stage + 1 : which === 'same' ? this.stage : 7
    const before = this.#hit().size
    try {
      await this.session.inject(stage)
      this.check(!this.ended, 'I5: nothing is injected after the end')
      this.check(which === 'next', 'I3: no stage twice, none beyond the plan')
      this.check(stage === 1 || this.#greenAt > this.#injectedAt, `I3: stage ${stage} without a green since stage ${stage - 1}`)
      this.stage = stage
      this.#injectedAt = this.clock.mono
      this.leaseUntil ??= this.clock.mono + LEASE_MS
      const granted = this.planned.plan.stages[stage - 1]?.targets ?? 0
      this.check(this.#hit().size <= granted, `I3: ${this.#hit().size} targets in stage ${stage}, which is for ${granted}`)
    } catch (error) {
      const { message } = error as Error
      if (!(error instanceof SafechaosError) && !message.includes('ENOSPC') && !message.includes('arm')) throw error
      if (error instanceof SafechaosError) this.check(this.#hit().size === before, `I3: what was refused (${message}) hit somebody`)
    }
  }

  /** By evidence of this age, with the time that the wall clock had then; what is younger than nothing was taken by a clock of its own. */
  async renew(ageMs: number): Promise<void> {
    const newest = ageMs < 0 ? this.clock.now() - ageMs : this.clock.wallAt(this.clock.mono - ageMs)
    try {
      await this.session.run.renew(newest)
    } catch {
      return
    }
    if (ageMs >= 0) this.#greenAt = Math.max(this.#greenAt, this.clock.mono - ageMs)
    if (this.leaseUntil !== undefined) this.leaseUntil = this.clock.mono + LEASE_MS
  }

  /** The abort comes while something else is under way. */
  async race(what: string, turns: number): Promise<void> {
    const other = what === 'inject' ? this.session.inject(this.stage + 1) : this.session.run.renew(this.clock.now())
    other.catch(() => undefined)
    for (let turn = 0; turn < turns; turn += 1) await new Promise((done) => setImmediate(done))
    this.ended = true
    await Promise.allSettled([other, this.session.end('operator', 'in the middle of it', true)])
  }

  /** The abort comes while a step has harmed and would harm again later. */
  async abortInFlight(): Promise<void> {
    for (const { id } of this.planned.plan.targets) this.knobs.outlasts.add(id)
    const injecting = this.session.inject(this.stage + 1).catch(() => undefined)
    const inside = async (): Promise<void> => {
      for (let looks = 0; looks < 1000 && this.enclosure.waiting === 0; looks += 1) await new Promise((done) => setTimeout(done, 1))
    }
    await Promise.race([injecting, inside()])
    this.ended = true
    const began = performance.now()
    await this.session.end('operator', 'in the middle of a step', true)
    this.check(performance.now() - began < REVERT_BOUND_MS, 'the revert is bounded by itself, not by what it ends')
    this.enclosure.goOn()
    await injecting
  }

  async end(cause: 'completed' | 'operator'): Promise<void> {
    const first = await this.session.end(cause, 'by the script', true)
    this.check((await this.session.end('limit', 'later', true)) === first, 'the first cause is kept')
    this.ended = true
  }

  #onStep(act: string, step: 'inject' | 'undo' | 'renew'): void {
    if (step === 'inject' && !listOwed(this.stateDir).some((file) => file.owed?.kind === 'act' && file.owed.act === act))
      this.broken.push(`I1: ${act} acts without its record on disk`)
    if (step === 'undo') this.#undoBegan.add(act)
    else if (this.ended) this.broken.push(`I5: ${step} of ${act} after the end`)
    else if (this.#undoBegan.has(act)) this.broken.push(`${step} of ${act} after its undo began`)
  }

  /** Every target that anything was ever injected into. */
  #hit(): Set<string> {
    return new Set(this.enclosure.did.flatMap((one) => (one.did === 'inject' ? [one.target] : [])))
  }
}

/** Three stages, one target more in each. */
const planFor = (kind: Kind) => {
  const targets = kind === 'net.partition' ? TARGETS.map((worker) => `${worker}~api#1`) : TARGETS
  const fault: FaultSpec =
    kind === 'net.partition'
      ? { kind, between: ['worker', 'api'] }
      : kind === 'cpu.burn'
        ? { kind, target: 'worker', cores: 2 }
        : { kind, target: 'worker' }
  const stages: PlannedStage[] = targets.map((id, index) => ({
    number: index + 1,
    targets: index + 1,
    holdMs: 100,
    acts: [{ offsetMs: 0, pick: { target: id } }],
  }))
  return fakePlan({ fault, targets, stages, leaseMs: LEASE_MS, limitMs: LIMIT_MS })
}
