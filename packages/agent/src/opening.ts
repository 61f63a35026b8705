import type { Enclosure } from '@safechaos/containments'
import { type DigestedPlan, SafechaosError, type Stack } from '@safechaos/core'
import { crashPoint } from './crash-points.ts'
import type { EnvironmentHold } from './environment.ts'
import { HandedStack } from './handed-stack.ts'
import type { CheckedPlan } from './plan-check.ts'
import type { Reaper } from './reaper-link.ts'
import type { SessionParts } from './session-parts.ts'
import { within } from './within.ts'

const RECOVERY_MS = 15_000

/** Everything that services may be started with. */
export interface Granted {
  readonly enclosure: Enclosure
  /** Undefined without a plan. */
  readonly checked: CheckedPlan | undefined
  readonly reaper: Reaper
  readonly epoch: number
}

/** The way to services that may start: a stack is handed over and prepared, a plan for it is believed, the environment is taken. */
export class Opening {
  readonly #parts: SessionParts
  readonly #hold: EnvironmentHold
  /** Throws once the run is over. */
  readonly #assertGoing: () => void
  #handed: Promise<HandedStack> | undefined
  /** Has everything that the stack's services will have around them. */
  #stands: Promise<Enclosure> | undefined
  #asked = false
  constructor(parts: SessionParts, hold: EnvironmentHold, assertGoing: () => void) {
    this.#parts = parts
    this.#hold = hold
    this.#assertGoing = assertGoing
  }

  /** True from the moment in which a grant was asked for. */
  get isAsked(): boolean {
    return this.#asked
  }

  /** Makes what the stack's services will have around them, and starts none. Throws SC_GRANT, and what keeps the stack from being digested or prepared; so does `grant` then. */
  async prepare(stack: Stack, stackDir: string): Promise<void> {
    if (this.#handed !== undefined) throw new SafechaosError({ code: 'SC_GRANT', message: 'this agent was already given a stack' })
    const { digestStack, launched, loadPlanCheck, arguments: args } = this.#parts
    this.#handed = (async () => new HandedStack(digestStack, { stack, stackDir, labDir: args.labDir }))()
    this.#stands = this.#handed.then(async () => {
      // While the walls still rise: what compares the plan is wanted next.
      if (!args.detached) await loadPlanCheck()
      const enclosure = await launched
      this.#assertGoing()
      await enclosure.prepare(stack, stackDir)
      crashPoint('after-prepare')
      return enclosure
    })
    await this.#stands
  }

  /** Believes the plan and takes its environment. Throws SC_GRANT, SC_PLAN_MISMATCH, SC_UNCLEAN, SC_BUSY, SC_STATE. */
  async grant(planned: DigestedPlan | undefined): Promise<Granted> {
    if (this.#asked) throw new SafechaosError({ code: 'SC_GRANT', message: 'this agent was already opened' })
    const [handed, stands] = [this.#handed, this.#stands]
    if (handed === undefined || stands === undefined) throw new SafechaosError({ code: 'SC_GRANT', message: 'this agent was given no stack' })
    this.#asked = true
    const given = await handed
    const { containment, loadPlanCheck, recovered } = this.#parts
    const checked = planned && (await loadPlanCheck()).checkPlan(planned, given.stack, given.digest, containment.name)
    const late = new SafechaosError({ code: 'SC_STATE', message: 'earlier runs could not be put in order in time' })
    await within(recovered, RECOVERY_MS, () => Promise.reject(late))
    const reaper = await this.#parts.reaper
    const epoch = planned === undefined ? 0 : await this.#hold.take(planned.plan.environment)
    const enclosure = await stands
    this.#assertGoing()
    if (planned !== undefined) given.assertUnchanged()
    return { enclosure, checked, reaper, epoch }
  }

  /** Files that a service could see and that are not what they were when the stack was handed over. */
  async changedFiles(): Promise<readonly string[]> {
    return (await this.#handed)?.changed() ?? []
  }
}
