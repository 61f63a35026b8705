import { type Plan, SafechaosError } from '@safechaos/core'
import { stopwatch } from './clock.ts'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

/** A gate may need this much longer than the baseline for its first whole windows. */
const PATIENCE_MS = 6000
const LOOK_MS = 100

/** Measures before anything is broken. Every gate must be green at its end: what is broken already cannot be tested. Throws SC_PREFLIGHT. */
export async function baseline(desk: Desk, plan: Plan, watch: GateWatch): Promise<string> {
  watch.start()
  const from = desk.clock.now()
  const passed = stopwatch(desk.clock)
  await desk.clock.sleep(plan.baselineMs, desk.ending.signal)
  if (plan.gates.length === 0) return 'no gate to be green'
  while (!watch.greenSince(from)) {
    if (desk.ending.cause !== undefined) return 'ended before its time'
    if (passed.ms() > plan.baselineMs + PATIENCE_MS) {
      const red = watch.states
        .filter(({ state }) => state !== 'OK')
        .map(({ gate, state, reason, detail }) => `${gate} is ${state}${reason === undefined ? '' : ` (${reason})`}: ${detail}`)
      const why = [...red, ...failing(plan, watch)].join('; ') || 'no fresh samples'
      throw new SafechaosError({ code: 'SC_PREFLIGHT', message: `not green before anything was broken: ${why}` })
    }
    await desk.clock.sleep(LOOK_MS, desk.ending.signal)
  }
  return 'every gate is green'
}

/** What the load meets, which the gates' numbers do not say. */
function failing({ load }: Plan, watch: GateWatch): string[] {
  const classes = Object.keys(watch.failing)
  return load === undefined || classes.length === 0 ? [] : [`requests to ${load.url} end with ${classes.join(', ')}`]
}
