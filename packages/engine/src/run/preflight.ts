import { type CheckLine, SafechaosError } from '@safechaos/core'
import type { Desk } from './desk.ts'
import { rehearseGates } from './rehearse-gates.ts'
import type { Prepared } from './prepare.ts'

/** Tries, inside the opened enclosure, everything that the run relies on. Throws SC_PREFLIGHT with the lines that failed; nothing is broken yet. */
export async function preflight(desk: Desk, { planned }: Prepared): Promise<string> {
  const { walls } = await desk.link.ask({ ask: 'walls' })
  desk.record({ kind: 'walls', walls })
  const { lines } = await desk.link.ask({ ask: 'preflight' })
  const all: CheckLine[] = [...lines, ...rehearseGates(planned.plan)]
  desk.record({ kind: 'preflight', lines: all })
  const failed = all.filter(({ ok }) => !ok)
  if (failed.length > 0) {
    throw new SafechaosError({ code: 'SC_PREFLIGHT', message: failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ') })
  }
  if (planned.plan.invariants.length > 0) {
    const { detail } = await desk.link.ask({ ask: 'snapshot' })
    desk.record({ kind: 'snapshot', what: 'taken', detail })
  }
  return `${all.length} of ${all.length} checks passed`
}
