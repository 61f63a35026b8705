import type { GateState, GateSpec, LoadSlice, Plan, Reading, Sample } from '@safechaos/core'
import { gateKeeper, messageOf, SafechaosError } from '@safechaos/core'
import type { Clock } from './clock.ts'
import type { Ending } from './ending.ts'
import { Starvation } from './starvation.ts'

const TICK_MS = 50
/** Unchanged gates are told this often, for the record and the view. */
const RETELL_MS = 1000

export interface GateWatchPorts {
  readonly clock: Clock
  readonly ending: Ending
  readonly tell: (state: GateState) => void
  /** Renews the lease with proof of a green; rejects when the agent refuses. */
  readonly renew: (newest: number) => Promise<void>
}

/**
 * Looks at every gate twenty times a second. While it is armed a breach, or an unknown that lasts longer than the gate's samples may be old, ends the
 * run, and the lease is renewed only when every gate is OK by samples newer than the last time.
 */
export class GateWatch {
  readonly #plan: Plan
  readonly #ports: GateWatchPorts
  readonly #keeper: ReturnType<typeof gateKeeper>
  readonly #told = new Map<string, { readonly key: string; readonly at: number }>()
  readonly #unknownSince = new Map<string, number>()
  readonly #readings = new Map<string, Reading>()
  #load: LoadSlice | undefined
  #states: readonly GateState[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #starvation = new Starvation()
  readonly #loadTimeoutMs: number
  #tickedAt: number | undefined
  #armed = false
  #renewedAt = 0
  #newest = 0

  constructor(plan: Plan, ports: GateWatchPorts) {
    this.#plan = plan
    this.#ports = ports
    this.#loadTimeoutMs = plan.load?.timeoutMs ?? 0
    this.#keeper = gateKeeper(plan.gates, plan.load, ports.clock.now())
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  feed(sample: Sample): void {
    this.#keeper.feed(sample, this.#ports.clock.now())
    if (sample.kind === 'load') {
      this.#starvation.saw(sample.to, sample.lateMs)
      this.#load = sample
    }
    if (sample.kind === 'reading') this.#readings.set(sample.signal, sample)
  }

  /** The latest reading of a signal. */
  reading(signal: string): Reading | undefined {
    return this.#readings.get(signal)
  }

  /** With what the requests of the newest slice failed, by class; empty if none did. */
  get failing(): LoadSlice['failed'] {
    return this.#load?.failed ?? {}
  }

  /** From now on until `disarm`, what the gates say decides over the run. */
  arm(): void {
    this.#armed = true
    this.#unknownSince.clear()
    this.#renewedAt = this.#ports.clock.monotonic()
  }

  disarm(): void {
    this.#armed = false
  }

  get states(): readonly GateState[] {
    return this.#states
  }

  /** Every gate is OK, by samples that are all newer than `since`. No gate at all is never green. */
  greenSince(since: number): boolean {
    return (
      this.#states.length > 0 &&
      this.#states.every(({ state, nearing, newest }) => state === 'OK' && !nearing && newest !== undefined && newest > since)
    )
  }

  /** The agent widens a fault only when it has seen a green that is newer than the stage before: gives it that, if it has not. */
  async proveGreenSince(since: number): Promise<void> {
    if (this.#newest <= since) await this.#renew()
  }

  #tick(): void {
    const now = this.#ports.clock.now()
    const passed = this.#ports.clock.monotonic()
    if (this.#tickedAt !== undefined) this.#starvation.saw(now, passed - this.#tickedAt - TICK_MS)
    this.#tickedAt = passed
    this.#states = this.#keeper.at(now)
    for (const state of this.#states) this.#retell(state, passed)
    if (!this.#armed) return
    for (const spec of this.#plan.gates) this.#decide(spec, now, passed)
    this.#renewIfGreen(passed)
  }

  #retell(state: GateState, passed: number): void {
    const key = `${state.state} ${state.reason ?? ''} ${state.nearing}`
    const before = this.#told.get(state.gate)
    if (before?.key === key && passed - before.at < RETELL_MS) return
    this.#told.set(state.gate, { key, at: passed })
    this.#ports.tell(state)
  }

  #decide(spec: GateSpec, now: number, passed: number): void {
    const state = this.#states.find(({ gate }) => gate === spec.name)
    if (state?.state === 'BREACH') {
      this.disarm()
      const late = this.#starvation.during(now - spec.of * spec.windowMs - this.#loadTimeoutMs, spec.windowMs)
      if (late !== undefined) {
        this.#ports.ending.because(
          'starved',
          `${spec.name}: ${state.detail}; but this machine was ${Math.round(late)} ms late itself in the same windows, so that says nothing about the system`,
        )
        return
      }
      this.#ports.ending.because(spec.guard ? 'guard-breach' : 'gate-breach', `${spec.name}: ${state.detail}`)
      return
    }
    if (state?.state === 'OK') {
      this.#unknownSince.delete(spec.name)
      return
    }
    const since = this.#unknownSince.get(spec.name) ?? passed
    this.#unknownSince.set(spec.name, since)
    if (passed - since <= spec.freshMs) return
    this.disarm()
    this.#ports.ending.because(
      state?.reason === 'starved' ? 'starved' : 'gate-unknown',
      `${spec.name}: ${state?.reason ?? 'no-series'}, ${state?.detail ?? 'nothing was read'}`,
    )
  }

  #renewIfGreen(passed: number): void {
    if (!this.#armed || passed - this.#renewedAt < this.#plan.lease.renewEveryMs) return
    void this.#renew()
  }

  /** Not once there is a cause to end: what is being taken back needs no lease. */
  async #renew(): Promise<void> {
    const newest = Math.min(...this.#states.map((state) => (state.state === 'OK' ? (state.newest ?? 0) : 0)))
    if (this.#states.length === 0 || newest <= this.#newest || this.#ports.ending.cause !== undefined) return
    this.#newest = newest
    this.#renewedAt = this.#ports.clock.monotonic()
    try {
      await this.#ports.renew(newest)
    } catch (error) {
      // The agent alone decides over the lease and the end, and says so by itself. What it refused is tried again with newer evidence.
      this.#renewedAt = Number.NEGATIVE_INFINITY
      if (error instanceof SafechaosError && (error.code === 'SC_ENDED' || error.code === 'SC_LEASE')) return
      this.#ports.ending.because('lease-lost', messageOf(error))
    }
  }
}
