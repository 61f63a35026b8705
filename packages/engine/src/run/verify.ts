import type { Invariant, Plan, Reading } from '@safechaos/core'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'
import { invariantSignal } from './invariants.ts'

const LOOK_MS = 100

/** Looks at the world: does the system recover, do its invariants hold, is anything of ours left inside? */
export async function verify(desk: Desk, plan: Plan, watch: GateWatch): Promise<string> {
  const injected = desk.records.some(({ body }) => body.kind === 'ramp')
  if (injected) {
    await watchRecovery(desk, plan, watch)
    await holdInvariants(desk, plan, watch)
  }
  const { residue } = await desk.link.ask({ ask: 'residue' })
  desk.record({ kind: 'residue', when: 'before-close', residue })
  return residue.found.length === 0 ? 'nothing of the run is left inside' : `${residue.found.length} things are left`
}

/** Waits until every gate is green by samples after the revert, or the recovery time is over. */
async function watchRecovery(desk: Desk, plan: Plan, watch: GateWatch): Promise<void> {
  const from = desk.clock.now()
  const waiting = new Set(plan.gates.map(({ name }) => name))
  while (waiting.size > 0 && desk.clock.now() < from + plan.recoveryMs) {
    for (const { gate, state, newest, nearing } of watch.states) {
      if (!waiting.has(gate) || state !== 'OK' || nearing || newest === undefined || newest <= from) continue
      waiting.delete(gate)
      desk.record({ kind: 'recovered', signal: gate, afterMs: newest - from, detail: 'green by a sample taken after the revert' })
    }
    await desk.clock.sleep(LOOK_MS)
  }
  for (const gate of waiting)
    desk.record({ kind: 'recovered', signal: gate, afterMs: undefined, detail: `not green within ${plan.recoveryMs} ms after the revert` })
}

/** An invariant that does not hold in time brings the snapshot back, and is looked at once more. */
async function holdInvariants(desk: Desk, plan: Plan, watch: GateWatch): Promise<void> {
  const broken = await lookAtInvariants(desk, plan.invariants, watch)
  if (broken.length === 0) return
  const { detail } = await desk.link.ask({ ask: 'restore' })
  desk.record({ kind: 'snapshot', what: 'restored', detail })
  await lookAtInvariants(desk, broken, watch)
}

async function lookAtInvariants(desk: Desk, invariants: readonly Invariant[], watch: GateWatch): Promise<readonly Invariant[]> {
  const from = desk.clock.now()
  const broken: Invariant[] = []
  for (const invariant of invariants) {
    let seen = watch.reading(invariantSignal(invariant))
    while (!(seen !== undefined && seen.at > from && seen.value === 1) && desk.clock.now() < from + invariant.withinMs) {
      await desk.clock.sleep(LOOK_MS)
      seen = watch.reading(invariantSignal(invariant))
    }
    const held = seen !== undefined && seen.at > from && seen.value === 1
    desk.record({ kind: 'invariant', name: invariant.name, held, detail: held ? answered(invariant) : unanswered(invariant, seen, from) })
    if (!held) broken.push(invariant)
  }
  return broken
}

const answered = ({ get, expectStatus }: Invariant): string => `${get} answered ${expectStatus}`

function unanswered({ get, expectStatus, withinMs }: Invariant, last: Reading | undefined, from: number): string {
  const came = last !== undefined && last.at > from && last.detail !== undefined ? `, but ${last.detail}` : ''
  return `${get} did not answer ${expectStatus}${came} within ${withinMs} ms`
}
