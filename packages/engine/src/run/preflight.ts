import { type CheckLine, CONTAINMENT_TRAITS, type ContainmentName, counted, foldRun, SafechaosError, type Wall } from '@safechaos/core'
import type { Desk } from './desk.ts'
import { rehearseGates } from './rehearse-gates.ts'
import type { Prepared } from './prepare.ts'

/** Tries, inside the opened enclosure, everything that the run relies on. Throws SC_PREFLIGHT with the lines that failed; nothing is broken yet. */
export async function preflight(desk: Desk, { planned }: Prepared): Promise<string> {
  const { walls } = await desk.link.ask({ ask: 'walls' })
  desk.record({ kind: 'walls', walls })
  const { lines } = await desk.link.ask({ ask: 'preflight' })
  const walled = isAllDown(desk, lines) ? [] : wallLines(planned.plan.containment, walls)
  const all: CheckLine[] = [...lines, ...walled, ...rehearseGates(planned.plan)]
  desk.record({ kind: 'preflight', lines: all })
  const failed = all.filter(({ ok }) => !ok)
  if (failed.length > 0) {
    throw new SafechaosError({ code: 'SC_PREFLIGHT', message: failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ') })
  }
  if (planned.plan.invariants.length > 0) {
    const { detail } = await desk.link.ask({ ask: 'snapshot' })
    desk.record({ kind: 'snapshot', what: 'taken', detail })
  }
  return `${all.length} of ${counted(all.length, 'check')} passed`
}

/** Walls are tried as a service; when none lives, that they were not tried says nothing new. Only where another line failed already. */
function isAllDown({ records }: Desk, lines: readonly CheckLine[]): boolean {
  return lines.some(({ ok }) => !ok) && Object.values(foldRun(records).services).every(({ state }) => state === 'exited')
}

/** A containment that has walls must have shown them: nothing is injected behind a wall that fell, or behind none that was tried. */
export function wallLines(containment: ContainmentName, walls: readonly Wall[]): CheckLine[] {
  if (!CONTAINMENT_TRAITS[containment].walled) return []
  const fallen = walls.filter(({ held }) => held === 'not held')
  const tried = walls.filter(({ held }) => held === 'held').length
  const detail =
    fallen.length > 0
      ? `not held: ${fallen.map((wall) => `${wall.wall} (${wall.detail})`).join(', ')}`
      : `${tried} of ${walls.length} tried from inside, and held`
  return [
    {
      check: 'the walls hold',
      ok: tried > 0 && fallen.length === 0,
      detail: tried === 0 && fallen.length === 0 ? `none could be tried: ${walls.map((wall) => wall.detail).join('; ')}` : detail,
    },
  ]
}
