import { mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Containment, Enclosure, EnclosureEvent, EnclosureIdentity, LaunchRequest, Member, StepResult } from '@safechaos/containments'
import type { Facts, Look, PlannedTarget, Seen, Stack, Step } from '@safechaos/core'
import { bootId, ownStart } from './own-process.ts'

/** What a fake does wrong on demand; all of it can be changed while it is open. */
export interface Knobs {
  launch?: 'fails'
  /** Acts whose inject steps fail, by target id. */
  injectFails: Set<string>
  /** Targets whose undo steps fail this many times more. */
  undoFails: Map<string, number>
  /** Targets whose inject steps harm a second time, as a signal after its grace does, unless their undo comes first. */
  outlasts: Set<string>
  /** Targets that never look as if they were back. */
  neverBack: Set<string>
  renew: 'works' | 'fails' | 'hangs'
  arm: 'works' | 'fails'
  /** Milliseconds that each step takes. */
  stepMs: number
  /** What its preparing waits for. */
  untilPrepared?: Promise<void>
  /** The init answers nothing any more. */
  deaf: boolean
  members: Member[]
}

/** What the fake did, in order. */
export type Did =
  | { readonly did: 'arm' | 'disarm'; readonly act: string }
  | { readonly did: 'inject' | 'undo' | 'renew' | 'look'; readonly act: string; readonly target: string }
  | { readonly did: 'prepare' | 'start' | 'close' }

/** What a step of the catalogue is for, by its own words. */
function kindOf(step: Step): 'inject' | 'undo' | 'renew' {
  const text = JSON.stringify(step)
  if (text.includes('delete element')) return 'renew'
  return /SIGCONT|delete table|"release"|"restore"/.test(text) ? 'undo' : 'inject'
}

/**
 * An enclosure without walls or processes: a fault is a name in a set. It notes down what it is asked and does it, so that an agent that asks for what a
 * real one would refuse, such as an inject after its undo began, is found out. What keeps the promises of a real one is the model in `model-enclosure.ts`.
 */
export class FakeEnclosure implements Enclosure {
  readonly identity: EnclosureIdentity
  readonly did: Did[] = []
  readonly knobs: Knobs
  /** Faults that are in force, by act. */
  readonly inForce = new Map<string, string>()
  beats = 0
  closed = false
  /** Steps that wait to harm again, by act. */
  readonly #waiting = new Map<string, (end: 'its time' | 'its undo') => void>()
  readonly #workDir: string
  readonly #listeners: ((event: EnclosureEvent) => void)[] = []
  /** Called before each step of each act acts. */
  onStep: (act: string, kind: 'inject' | 'undo' | 'renew') => void = () => undefined

  constructor(request: Pick<LaunchRequest, 'run' | 'workDir'>, knobs: Knobs) {
    this.knobs = knobs
    this.#workDir = request.workDir
    mkdirSync(this.#workDir, { recursive: true })
    // An init that has never been: this pid with a start time that nobody has.
    this.identity = {
      containment: 'process',
      run: request.run,
      bootId: bootId(),
      initPid: process.pid,
      initStart: `${ownStart()}0`,
      pidNamespace: '0',
      workDir: request.workDir,
    }
  }

  async prepare(_stack: Stack, _stackDir: string): Promise<void> {
    if (this.did.some(({ did }) => did === 'prepare')) throw new Error('this was prepared already')
    this.did.push({ did: 'prepare' })
    await this.knobs.untilPrepared
  }
  async start(): Promise<void> {
    if (this.did.at(-1)?.did !== 'prepare') throw new Error('this was not prepared, or was started already')
    this.did.push({ did: 'start' })
  }
  async members(): Promise<readonly Member[]> {
    return this.knobs.members
  }
  facts(target: PlannedTarget): Facts {
    return { service: target.members[0] ?? '', address: '10.0.0.1', peerAddress: '10.0.0.2' }
  }
  async arm(act: string, _target: PlannedTarget, undo: readonly Step[]): Promise<void> {
    if (this.knobs.arm === 'fails') throw new Error('the fake refuses to arm')
    if (!undo.every((step) => kindOf(step) === 'undo')) throw new Error('this is not an undo')
    this.did.push({ did: 'arm', act })
  }
  async run(act: string, target: PlannedTarget, step: Step): Promise<StepResult> {
    if (this.knobs.deaf) await new Promise<never>(() => undefined)
    const kind = kindOf(step)
    this.onStep(act, kind)
    this.did.push({ did: kind, act, target: target.id })
    if (kind === 'undo') this.#waiting.get(act)?.('its undo')
    if (this.knobs.stepMs > 0) await sleep(this.knobs.stepMs)
    return kind === 'undo' ? this.#undo(act, target) : kind === 'renew' ? await this.#renew() : await this.#inject(act, target)
  }
  async look(act: string, target: PlannedTarget, _look: Look): Promise<Seen> {
    if (this.knobs.deaf) await new Promise<never>(() => undefined)
    this.did.push({ did: 'look', act, target: target.id })
    const back = !this.inForce.has(act) && !this.knobs.neverBack.has(target.id)
    return { seen: back ? 'yes' : 'no', detail: back ? 'back' : 'not back' }
  }
  async disarm(act: string): Promise<void> {
    this.did.push({ did: 'disarm', act })
  }
  beat(): void {
    this.beats += 1
  }
  async tap(): Promise<void> {}
  async walls(): Promise<readonly []> {
    return []
  }
  async snapshot(): Promise<string> {
    return 'taken'
  }
  async restore(): Promise<string> {
    return 'restored'
  }
  async residue(): Promise<{ found: []; notSeen: []; looked: [] }> {
    return { found: [], notSeen: [], looked: [] }
  }
  async fitness(): Promise<readonly []> {
    return []
  }
  on(listener: (event: EnclosureEvent) => void): void {
    this.#listeners.push(listener)
  }
  emit(event: EnclosureEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
  async close(): Promise<void> {
    this.closed = true
    this.inForce.clear()
    this.did.push({ did: 'close' })
    rmSync(this.#workDir, { recursive: true, force: true })
  }

  /** How many steps wait to harm again. */
  get waiting(): number {
    return this.#waiting.size
  }
  /** Their time has come. */
  goOn(): void {
    for (const end of this.#waiting.values()) end('its time')
  }

  async #inject(act: string, target: PlannedTarget): Promise<StepResult> {
    this.inForce.set(act, target.id)
    if (this.knobs.outlasts.has(target.id)) {
      const end = await new Promise((done) => this.#waiting.set(act, done))
      this.#waiting.delete(act)
      if (end === 'its undo') return { ok: false, code: 'SC_STEP', detail: 'its undo began' }
      this.onStep(act, 'inject')
      this.inForce.set(act, target.id)
    }
    return this.knobs.injectFails.has(target.id) ? { ok: false, code: 'SC_STEP', detail: 'the fake fails half-way' } : { ok: true, detail: 'done' }
  }
  #undo(act: string, target: PlannedTarget): StepResult {
    const fails = this.knobs.undoFails.get(target.id) ?? 0
    if (fails > 0) {
      this.knobs.undoFails.set(target.id, fails - 1)
      return { ok: false, code: 'SC_STEP', detail: 'the fake cannot undo' }
    }
    this.inForce.delete(act)
    return { ok: true, detail: 'undone' }
  }
  async #renew(): Promise<StepResult> {
    if (this.knobs.renew === 'hangs') await new Promise<never>(() => undefined)
    return this.knobs.renew === 'works' ? { ok: true, detail: 'renewed' } : { ok: false, code: 'SC_STEP', detail: 'the element has expired' }
  }
}

/** Members of a fake stack: `replicas` of `service`, well, with pids that nobody has. */
export function fakeMembers(service: string, replicas: number): Member[] {
  return Array.from({ length: replicas }, (_, index) => ({
    id: `${service}#${index + 1}`,
    service,
    state: 'up' as const,
    restarts: 0,
    pid: 4_000_000 + index,
    address: `10.0.0.${index + 1}`,
    commandLines: [],
  }))
}

export function fakeKnobs(members: Member[]): Knobs {
  return {
    injectFails: new Set(),
    undoFails: new Map(),
    outlasts: new Set(),
    neverBack: new Set(),
    renew: 'works',
    arm: 'works',
    stepMs: 0,
    deaf: false,
    members,
  }
}

/** A containment that opens fakes; `opened` gets each. */
export function fakeContainment(knobs: Knobs, opened: (enclosure: FakeEnclosure) => void = () => undefined): Containment {
  return {
    name: 'process',
    weaker: ['it is a fake'],
    offers: ['signals', 'services', 'nft', 'hold'],
    probe: async () => ({ works: true, how: 'fake', detail: '', advice: undefined, ms: 0, needs: [] }),
    launch: async (request) => {
      if (knobs.launch === 'fails') throw new Error('the fake refuses to launch')
      const enclosure = new FakeEnclosure(request, knobs)
      opened(enclosure)
      return enclosure
    },
  }
}
