import { SafechaosError } from '@safechaos/core'
import { type Holder, holdsEnvironment, markUnclean, releaseEnvironment, takeEnvironment } from './locks.ts'
import { bootId } from './process-identity.ts'

/** This run's hold on its environment: taken once, given back only when everything is back. */
export class EnvironmentHold {
  readonly #stateDir: string
  readonly #holder: Holder
  #held: { readonly environment: string; readonly epoch: number } | undefined
  #unclean = false
  constructor(stateDir: string, holder: Holder) {
    this.#stateDir = stateDir
    this.#holder = holder
  }

  /** Throws SC_UNCLEAN, SC_BUSY. Returns the run's epoch. */
  async take(environment: string): Promise<number> {
    const epoch = await takeEnvironment(this.#stateDir, environment, this.#holder)
    this.#held = { environment, epoch }
    return epoch
  }

  /** Throws SC_BUSY if a newer epoch has taken the environment. */
  assertHeld(): void {
    const held = this.#held
    if (held !== undefined && holdsEnvironment(this.#stateDir, held.environment, this.#holder.run, held.epoch)) return
    throw new SafechaosError({ code: 'SC_BUSY', message: `run ${this.#holder.run} no longer holds its environment` })
  }

  /** What is owed stays locked on disk. A disk that refuses even that leaves the owed records themselves, which lock as well. */
  async lock(owed: readonly string[]): Promise<void> {
    this.#unclean = true
    if (this.#held === undefined) return
    try {
      await markUnclean(this.#stateDir, this.#held.environment, { ...this.#holder, bootId: bootId() }, owed)
    } catch (error) {
      console.error(`the environment could not be marked unclean: ${(error as Error).message}`)
    }
  }

  async release(): Promise<void> {
    if (this.#held === undefined || this.#unclean) return
    await releaseEnvironment(this.#stateDir, this.#held.environment, this.#holder.run)
  }

  get name(): string {
    return this.#held?.environment ?? ''
  }
}
