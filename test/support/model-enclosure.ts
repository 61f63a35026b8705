import { mkdirSync, rmSync } from 'node:fs'
import type { Containment, Enclosure, EnclosureEvent, LaunchRequest, Member, StepResult } from '@safechaos/containments'
import type { Facts, Look, PlannedTarget, Residue, Seen, Service, Stack, Step, Wall } from '@safechaos/core'
import { SafechaosError } from '@safechaos/core'

/** How a model fails. Each is asked anew at every call, so that a test may turn it on and off. */
export interface Knobs {
  /** A result instead of executing the step; undefined executes it. */
  fails?: (act: string, step: Step) => StepResult | undefined
  /** What a look sees instead of the truth. */
  sees?: (act: string, look: Look) => Seen | undefined
  /** Steps succeed in words and change nothing. */
  lame?: boolean
  /** Added to what the residue scan finds. */
  leaves?: Residue['found']
}

interface ModelReplica {
  readonly id: string
  readonly service: Service
  readonly address: string
  state: 'up' | 'exited' | 'stopped'
  paused: boolean
  restarts: number
  pid: number
  heldDown: boolean
}

interface ModelAct {
  armed: { readonly target: PlannedTarget; readonly undo: readonly Step[] } | undefined
  undoneAlone: boolean
  /** Its undo has begun, by itself or not. */
  over: boolean
  /** `pid`s it signalled with something that ends. */
  readonly struck: number[]
  held: number
}

/**
 * An enclosure that exists only in memory and keeps the promises of a real one, unless a knob says otherwise: what the conformance suite asks of every
 * containment can be kept without a kernel. The agent's tests use `FakeEnclosure` instead, which refuses almost nothing.
 */
class ModelEnclosure implements Enclosure {
  readonly identity: Enclosure['identity']
  readonly #request: LaunchRequest
  readonly #knobs: Knobs
  readonly #listeners: ((event: EnclosureEvent) => void)[] = []
  readonly #acts = new Map<string, ModelAct>()
  readonly #tables = new Set<string>()
  #replicas: ModelReplica[] = []
  #pid = 100
  #heard = performance.now()
  readonly #ear: NodeJS.Timeout
  constructor(request: LaunchRequest, knobs: Knobs) {
    this.#request = request
    this.#knobs = knobs
    this.identity = {
      containment: 'sandbox',
      run: request.run,
      bootId: 'model',
      initPid: 0,
      initStart: '0',
      pidNamespace: '0',
      workDir: request.workDir,
    }
    mkdirSync(request.workDir, { recursive: true })
    this.#ear = setInterval(() => void this.#listen(), 20).unref()
  }

  async prepare(stack: Stack): Promise<void> {
    await this.#hear()
    const all = stack.services.flatMap((service) =>
      Array.from({ length: service.replicas }, (_, index) => ({ id: `${service.name}#${index + 1}`, service })),
    )
    this.#replicas = all.map((one, index) => ({
      ...one,
      address: `10.0.0.${index + 1}`,
      state: 'up',
      paused: false,
      restarts: 0,
      pid: this.#nextPid(),
      heldDown: false,
    }))
  }

  async start(): Promise<void> {
    await this.#hear()
    const broken = this.#replicas.find(({ service }) => service.command[0] === 'false')
    if (broken !== undefined) throw new SafechaosError({ code: 'SC_STACK', message: `${broken.id} exited with code 1 right after it was started` })
    for (const { id } of this.#replicas) this.#emit({ event: 'service', at: Date.now(), service: id, state: 'up', detail: '' })
  }

  async members(): Promise<readonly Member[]> {
    await this.#hear()
    return this.#replicas.map(({ id, service, state, restarts, pid, address }) => {
      const alive = state === 'up'
      return {
        id,
        service: service.name,
        state,
        restarts,
        pid: alive ? pid : undefined,
        address,
        commandLines: alive ? [{ pid, commandLine: service.command.join(' ') }] : [],
      }
    })
  }

  facts(target: PlannedTarget): Facts {
    const [address, peerAddress] = target.members.map((id) => this.#replicas.find((replica) => replica.id === id)?.address)
    return { service: target.members[0] ?? '', ...(address === undefined ? {} : { address }), ...(peerAddress === undefined ? {} : { peerAddress }) }
  }

  async arm(act: string, target: PlannedTarget, undo: readonly Step[]): Promise<void> {
    await this.#hear()
    this.#act(act).armed = { target, undo }
  }

  async run(id: string, target: PlannedTarget, step: Step): Promise<StepResult> {
    await this.#hear()
    const failure = this.#knobs.fails?.(id, step)
    if (failure !== undefined) return failure
    const act = this.#act(id)
    if (act.armed?.undo.some((known) => JSON.stringify(known) === JSON.stringify(step)) === true) act.over = true
    else if (act.over) return no('SC_STEP', 'its undo has begun')
    return this.#knobs.lame === true ? { ok: true, detail: 'did nothing' } : this.#perform(act, target, step)
  }

  async look(id: string, target: PlannedTarget, look: Look): Promise<Seen> {
    await this.#hear()
    const end = performance.now() + look.deadlineMs
    for (;;) {
      const seen = this.#knobs.sees?.(id, look) ?? this.#lookOnce(this.#act(id), target, look)
      if (seen.seen === 'yes' || performance.now() >= end) return seen
      await pause(5)
    }
  }

  async disarm(act: string): Promise<void> {
    await this.#hear()
    this.#act(act).armed = undefined
  }

  beat(): void {
    this.#heard = performance.now()
  }

  async tap(): Promise<void> {
    await this.#hear()
  }

  async walls(): Promise<readonly Wall[]> {
    return [{ wall: 'everything', held: 'held', detail: 'nothing is real here' }]
  }

  async snapshot(): Promise<string> {
    return 'nothing was written'
  }

  async restore(): Promise<string> {
    for (const replica of this.#replicas) this.#revive(replica)
    return 'nothing was restored'
  }

  async residue(): Promise<Residue> {
    await this.#hear()
    const services = this.#replicas.filter(({ state }) => state !== 'up').map(({ id, state }) => ({ key: 'services', what: `${id} is ${state}` }))
    const paused = this.#replicas
      .filter(({ state, paused }) => paused && state === 'up')
      .map(({ id }) => ({ key: 'process-state', what: `${id} is paused` }))
    const held = [...this.#acts].filter(([, act]) => act.held > 0).map(([id]) => ({ key: 'held', what: `children of ${id}` }))
    const nft = [...this.#tables].map((table) => ({ key: 'nft', what: `new: ${table}` }))
    return { found: [...services, ...paused, ...held, ...nft, ...(this.#knobs.leaves ?? [])], notSeen: [], looked: ['the model'] }
  }

  async fitness(): Promise<readonly []> {
    return []
  }

  on(listener: (event: EnclosureEvent) => void): void {
    this.#listeners.push(listener)
  }

  async close(): Promise<void> {
    clearInterval(this.#ear)
    this.#replicas = []
    rmSync(this.#request.workDir, { recursive: true, force: true })
  }

  #perform(act: ModelAct, target: PlannedTarget, step: Step): StepResult {
    const replicas = this.#of(target)
    if (replicas === undefined) return no('SC_STEP', `there is no ${target.id}`)
    if (step.do === 'exec') return this.#exec(step)
    if (step.do === 'release') act.held = 0
    if (step.do === 'hold') act.held += replicas.length
    for (const replica of replicas) {
      if (step.do === 'signal' && !this.#signal(act, replica, step.signal)) return no('SC_STEP', `${replica.id} does not run`)
      if (step.do === 'service') this.#service(replica, step.action)
    }
    return { ok: true, detail: step.do }
  }

  #exec(step: Extract<Step, { do: 'exec' }>): StepResult {
    if (step.in === 'agent') return no('SC_UNREACHABLE', 'nothing in an enclosure acts outside of it')
    const [verb, , , table = ''] = step.args
    if (verb === 'add') this.#tables.add(table)
    if (verb === 'delete') this.#tables.delete(table)
    return ['add', 'delete', 'list'].includes(verb ?? '') ? { ok: true, detail: '' } : no('SC_STEP', 'syntax error')
  }

  #signal(act: ModelAct, replica: ModelReplica, signal: string): boolean {
    if (signal === 'SIGCONT') replica.paused = false
    if (signal === 'SIGCONT') return true
    if (replica.state !== 'up') return false
    if (signal === 'SIGSTOP') replica.paused = true
    else this.#end(replica, act)
    return true
  }

  #end(replica: ModelReplica, act: ModelAct): void {
    act.struck.push(replica.pid)
    replica.state = 'exited'
    replica.paused = false
    this.#emit({ event: 'service', at: Date.now(), service: replica.id, state: 'exited', detail: 'ended by SIGKILL' })
    if (replica.service.restart === 'no') return
    setTimeout(() => {
      if (replica.heldDown || replica.state === 'up') return
      replica.restarts += 1
      this.#revive(replica)
    }, 30)
  }

  #service(replica: ModelReplica, action: 'stop' | 'start' | 'restart' | 'restore'): void {
    replica.heldDown = action === 'stop'
    if (action === 'stop' || action === 'restart') replica.state = 'stopped'
    if (action !== 'stop') this.#revive(replica)
  }

  #revive(replica: ModelReplica): void {
    if (replica.state === 'up') return
    replica.state = 'up'
    replica.pid = this.#nextPid()
    this.#emit({ event: 'service', at: Date.now(), service: replica.id, state: 'up', detail: '' })
  }

  #lookOnce(act: ModelAct, target: PlannedTarget, look: Look): Seen {
    const replicas = this.#of(target)
    if (replicas === undefined) return { seen: 'unknown', detail: `there is no ${target.id}` }
    if (look.look === 'held') return seen(look.expect === 'none' ? act.held === 0 : act.held > 0)
    if (look.look === 'service') return seen(replicas.every(({ state }) => state === 'up'))
    if (look.look === 'exec') return seen([...this.#tables].some((table) => table === look.pattern) === (look.expect === 'matches'))
    if (look.expect === 'ended') return seen(act.struck.length > 0 && !replicas.some(({ pid, state }) => state === 'up' && act.struck.includes(pid)))
    const paused = replicas.filter((replica) => replica.paused)
    return seen(look.expect === 'stopped' ? paused.length === replicas.length : paused.length === 0)
  }

  async #listen(): Promise<void> {
    if (performance.now() - this.#heard < this.#request.deafAfterMs) return
    const acts = [...this.#acts].filter(([, act]) => act.armed !== undefined && !act.undoneAlone).toReversed()
    if (acts.length === 0) return
    for (const [, act] of acts) {
      act.undoneAlone = true
      act.over = true
      for (const step of act.armed?.undo ?? []) if (act.armed !== undefined) this.#perform(act, act.armed.target, step)
    }
    this.#emit({ event: 'self-undone', at: Date.now(), acts: acts.map(([id]) => id) })
  }

  #act(id: string): ModelAct {
    const act = this.#acts.get(id) ?? { armed: undefined, undoneAlone: false, over: false, struck: [], held: 0 }
    this.#acts.set(id, act)
    return act
  }

  #of(target: PlannedTarget): ModelReplica[] | undefined {
    const found = this.#replicas.filter(({ id }) => target.members.includes(id))
    return found.length === target.members.length ? found : undefined
  }

  #nextPid(): number {
    this.#pid += 1
    return this.#pid
  }

  #emit(event: EnclosureEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  async #hear(): Promise<void> {
    this.#heard = performance.now()
  }
}

/** A containment of models. `knobs` may be changed while they live. */
export const modelContainment = (knobs: Knobs = {}): Pick<Containment, 'name' | 'offers' | 'launch'> => ({
  name: 'sandbox',
  offers: ['signals', 'services', 'nft', 'hold'],
  launch: async (request) => new ModelEnclosure(request, knobs),
})

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
const seen = (yes: boolean): Seen => ({ seen: yes ? 'yes' : 'no', detail: 'as the model has it' })
const no = (code: 'SC_STEP' | 'SC_UNREACHABLE', detail: string): StepResult => ({ ok: false, code, detail })
