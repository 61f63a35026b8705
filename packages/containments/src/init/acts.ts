import type { Look, PlannedTarget, Seen, Step } from '@safechaos/core'
import type { StepResult } from '../containment.ts'
import { Act } from './act.ts'
import { lookUntil } from './looks.ts'
import { runStep, type StepHouse } from './steps.ts'
import { pause } from './until.ts'

/** What came in while this process itself could not run is read first, before silence is believed. */
const BENEFIT_OF_DOUBT_MS = 30

const whyNot = (result: StepResult): string | undefined => (result.ok ? undefined : result.detail)

/** The acts of a run, and the second supervisor: it undoes what is armed when the agent is silent for too long. */
export class Acts {
  readonly #acts = new Map<string, Act>()
  #lastHeard = performance.now()
  #undoing: Promise<void> | undefined
  readonly #house: StepHouse
  readonly #deafAfterMs: number
  readonly #selfUndone: (acts: readonly string[]) => void
  constructor(house: StepHouse, deafAfterMs: number, selfUndone: (acts: readonly string[]) => void) {
    this.#house = house
    this.#deafAfterMs = deafAfterMs
    this.#selfUndone = selfUndone
  }

  get all(): Iterable<Act> {
    return this.#acts.values()
  }

  watch(): void {
    setInterval(() => void this.#listen(), Math.max(20, Math.min(this.#deafAfterMs / 5, 250))).unref()
  }

  heard(): void {
    this.#lastHeard = performance.now()
  }

  arm(id: string, target: PlannedTarget, undo: readonly Step[]): void {
    this.#act(id).armed = { target, undo }
  }

  /** What an act still holds is not forgotten with it: the residue scan asks for it. */
  disarm(id: string): void {
    const act = this.#acts.get(id)
    if (act === undefined) return
    act.armed = undefined
    if (act.heldAlive() === 0) this.#acts.delete(id)
  }

  run(id: string, target: PlannedTarget, step: Step): Promise<StepResult> {
    return runStep(this.#house, this.#act(id), target, step)
  }

  look(id: string, target: PlannedTarget, look: Look): Promise<Seen> {
    return lookUntil(this.#house, this.#act(id), target, look)
  }

  releaseAll(): void {
    for (const act of this.#acts.values()) act.release()
  }

  #act(id: string): Act {
    const act = this.#acts.get(id) ?? new Act(id)
    this.#acts.set(id, act)
    return act
  }

  async #listen(): Promise<void> {
    if (this.#undoing !== undefined || !this.#isDeaf() || this.#armed().length === 0) return
    await pause(BENEFIT_OF_DOUBT_MS)
    if (this.#undoing !== undefined || !this.#isDeaf()) return
    this.#undoing = this.#undoAll()
    await this.#undoing
    this.#undoing = undefined
  }

  /** All at once, begun newest first: none waits for one that is stuck. */
  async #undoAll(): Promise<void> {
    const acts = this.#armed().toReversed()
    for (const act of acts) act.undoneAlone = true
    await Promise.all(acts.map((act) => this.#undo(act)))
    this.#selfUndone(acts.map(({ id }) => id))
  }

  async #undo(act: Act): Promise<void> {
    await act.beginUndo()
    for (const step of act.armed?.undo ?? []) {
      if (act.armed === undefined) continue
      // One step that fails keeps none of the others from being tried. Not `process.stderr`: a full disk must not end this process now.
      const why = await runStep(this.#house, act, act.armed.target, step).then(whyNot, String)
      if (why !== undefined) console.error(`init: ${act.id}: a step of its undo failed: ${why}`)
    }
  }

  #armed(): Act[] {
    return [...this.#acts.values()].filter((act) => act.armed !== undefined && !act.undoneAlone)
  }

  #isDeaf(): boolean {
    return performance.now() - this.#lastHeard > this.#deafAfterMs
  }
}
