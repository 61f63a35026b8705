import { type ActRecord, BOUNDS, counted, messageOf, type Plan, type PlannedStage } from '@safechaos/core'
import { stopwatch } from './clock.ts'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

const LOOK_MS = 50

/** Injects stage after stage; goes on only when every gate was green by samples taken after the injection. Ends at the first cause to end. */
export async function ramp(desk: Desk, plan: Plan, watch: GateWatch): Promise<string> {
  watch.arm()
  // At the first cause, whatever is being waited for: the agent takes an end twice for once, and `revert` gets the same answer later.
  const dispatch = (): void => void desk.link.ask({ ask: 'revert', cause: desk.ending.cause ?? 'error' }).catch(() => undefined)
  desk.ending.signal.addEventListener('abort', dispatch, { once: true })
  for (const stage of plan.stages) {
    await runStage(desk, plan, stage, watch)
    if (desk.ending.cause !== undefined) return `ended in stage ${stage.number} of ${plan.stages.length}`
  }
  desk.ending.because('completed', `${counted(plan.stages.length, 'stage')} held, and every gate stayed green`)
  return `${plan.stages.length} of ${counted(plan.stages.length, 'stage')} held`
}

async function runStage(desk: Desk, plan: Plan, stage: PlannedStage, watch: GateWatch): Promise<void> {
  const said = { kind: 'ramp', stage: stage.number, targets: stage.targets, of: plan.targets.length } as const
  desk.record({ ...said, state: 'inject' })
  if (desk.ending.cause !== undefined) return
  const { acts } = await desk.link.ask({ ask: 'inject', stage: stage.number })
  if (stage.number === 1) desk.ports.hooks.onLease?.(desk.clock.now() + plan.lease.ms)
  if (stage.number === 1) desk.record({ kind: 'lease', state: 'granted', detail: `${plan.lease.ms} ms, renewed by green samples` })
  const injectedAt = desk.clock.now()
  if (acts.length === stage.acts.length && endIfAllFailed(desk, stage, acts)) return
  desk.record({ ...said, state: 'hold' })
  const landed = tellLanded(desk)
  await desk.clock.sleep(stage.holdMs, desk.ending.signal)
  await Promise.race([landed, endOf(desk)])
  if (desk.ending.cause === undefined) await Promise.race([tellLanded(desk), endOf(desk)])
  await waitForGreen(desk, plan, injectedAt, watch)
  await watch.proveGreenSince(injectedAt)
  endIfAllFailed(desk, stage, actsOf(desk, stage))
  if (desk.ending.cause !== undefined) return
  for (const state of watch.states) desk.note({ kind: 'gate', state })
  desk.record({ ...said, state: 'passed' })
}

const actsOf = (desk: Desk, { number }: PlannedStage): ActRecord[] =>
  desk.records.flatMap(({ body }) => (body.kind === 'act' && body.act.stage === number ? [body.act] : []))

/** A stage in which nobody was hit shows nothing: it neither passes nor leads to a wider one. What an end that came before cut short failed for that end. */
function endIfAllFailed(desk: Desk, stage: PlannedStage, acts: readonly ActRecord[]): boolean {
  const failed = acts.filter(({ what }) => what === 'inject-failed')
  if (desk.ending.cause !== undefined || failed.length === 0 || acts.some(({ what }) => what === 'injected')) return false
  const why = failed.map(({ target, detail }) => `${target}: ${detail}`)
  desk.ending.because('inject-failed', `every inject of stage ${stage.number} failed: ${[...new Set(why)].join('; ')}`)
  return true
}

/** The first cause to end. A look may take as long as a fault may take to land, and nobody waits for that any more. */
function endOf({ ending }: Desk): Promise<void> {
  return new Promise((done) => {
    if (ending.signal.aborted) done()
    ending.signal.addEventListener('abort', () => done(), { once: true })
  })
}

/**
 * Asks at once, since a breach may end the fault soon, and once more before the stage ends, for what acted later in it. That it could not be
 * told is a fact for the verdict, not a reason to end; what was looked for while the fault was being taken back says nothing.
 */
async function tellLanded(desk: Desk): Promise<void> {
  const seen = await desk.link.ask({ ask: 'landed' }).then(
    (answer) => answer.seen,
    (error: unknown) => ({ seen: 'unknown', detail: messageOf(error) }) as const,
  )
  if (seen.seen === 'yes' || desk.ending.cause === undefined) desk.record({ kind: 'landed', seen })
}

/** A gate that stays unknown ends the run by itself; one that is only nearing its limit turns green or breaches within its windows. */
async function waitForGreen(desk: Desk, plan: Plan, injectedAt: number, watch: GateWatch): Promise<void> {
  // A window that began before the injection is no evidence of what came after it; a slice of load may reach a little beyond its window.
  const since = injectedAt + Math.max(0, ...plan.gates.map(({ windowMs }) => windowMs)) + BOUNDS.sliceMs
  const patience = Math.max(0, ...plan.gates.map(({ windowMs, of, freshMs }) => windowMs * (of + 1) + freshMs)) + (plan.load?.timeoutMs ?? 0)
  const waited = stopwatch(desk.clock)
  while (desk.ending.cause === undefined && plan.gates.length > 0 && !watch.greenSince(since)) {
    if (waited.ms() > patience) {
      desk.ending.because('gate-unknown', 'no green sample since the injection')
      return
    }
    await desk.clock.sleep(LOOK_MS, desk.ending.signal)
  }
}
