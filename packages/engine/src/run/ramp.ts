import type { Plan, PlannedStage } from '@safechaos/core'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

const LOOK_MS = 50

/** Injects stage after stage; goes on only when every gate was green by samples taken after the injection. Ends at the first cause to end. */
export async function ramp(desk: Desk, plan: Plan, watch: GateWatch): Promise<string> {
  watch.arm()
  for (const stage of plan.stages) {
    await runStage(desk, plan, stage, watch)
    if (desk.ending.cause !== undefined) return `ended in stage ${stage.number} of ${plan.stages.length}`
  }
  desk.ending.because('completed', `all ${plan.stages.length} stages were held and every gate stayed green`)
  return `${plan.stages.length} of ${plan.stages.length} stages held`
}

async function runStage(desk: Desk, plan: Plan, stage: PlannedStage, watch: GateWatch): Promise<void> {
  const said = { kind: 'ramp', stage: stage.number, targets: stage.targets, of: plan.targets.length } as const
  desk.record({ ...said, state: 'inject' })
  await desk.link.ask({ ask: 'inject', stage: stage.number })
  if (stage.number === 1) desk.ports.hooks.onLease?.(desk.clock.now() + plan.lease.ms)
  if (stage.number === 1) desk.record({ kind: 'lease', state: 'granted', detail: `${plan.lease.ms} ms, renewed by green samples` })
  const injectedAt = desk.clock.now()
  desk.record({ ...said, state: 'hold' })
  const landed = tellLanded(desk)
  await desk.clock.sleep(stage.holdMs, desk.ending.signal)
  await landed
  await waitForGreen(desk, plan, injectedAt, watch)
  if (desk.ending.cause === undefined) desk.record({ ...said, state: 'passed' })
}

/** Asks at once, since a breach may end the fault soon. That it could not be told is a fact for the verdict, not a reason to end. */
async function tellLanded(desk: Desk): Promise<void> {
  try {
    const { seen } = await desk.link.ask({ ask: 'landed' })
    desk.record({ kind: 'landed', seen })
  } catch (error) {
    desk.record({ kind: 'landed', seen: { seen: 'unknown', detail: error instanceof Error ? error.message : String(error) } })
  }
}

/** A gate that stays unknown ends the run by itself; one that is only nearing its limit turns green or breaches within its windows. */
async function waitForGreen(desk: Desk, plan: Plan, since: number, watch: GateWatch): Promise<void> {
  const until =
    desk.clock.now() + Math.max(0, ...plan.gates.map(({ windowMs, of, freshMs }) => windowMs * of + freshMs)) + (plan.load?.timeoutMs ?? 0)
  while (desk.ending.cause === undefined && plan.gates.length > 0 && !watch.greenSince(since)) {
    if (desk.clock.now() > until) {
      desk.ending.because('gate-unknown', 'no green sample since the injection')
      return
    }
    await desk.clock.sleep(LOOK_MS, desk.ending.signal)
  }
}
