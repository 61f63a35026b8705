import { type Invariant, messageOf, type Plan, type Reading, type Residue, SafechaosError } from '@safechaos/core'
import { type Stopwatch, stopwatch } from './clock.ts'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'
import { invariantSignal } from './invariants.ts'

const LOOK_MS = 100
/** So many changed files are named. */
const NAMED_FILES = 20

/**
 * Looks at the world: does the system recover, do its invariants hold, is anything of ours left inside, was it what was planned?
 * A person who stops the run once more does not wait for the first two: what was not seen by then is not recorded as seen, either way.
 */
export async function verify(desk: Desk, plan: Plan, watch: GateWatch): Promise<string> {
  const injected = desk.records.some(({ body }) => body.kind === 'ramp')
  const stop = desk.ending.nextStop()
  if (injected) {
    await watchRecovery(desk, plan, watch, stop)
    await holdInvariants(desk, plan, watch, stop)
  }
  const { residue, instead } = await lookInside(desk)
  desk.record({ kind: 'residue', when: 'before-close', residue })
  await lookAtFiles(desk)
  const cut = stop.aborted ? 'a person cut the waiting short; ' : ''
  return `${cut}${instead ?? (residue.found.length === 0 ? 'nothing of the run is left inside' : `${residue.found.length} things are left`)}`
}

/** An agent that is closing already does not look: what is left then is seen from outside. `instead`: why nobody looked. */
async function lookInside(desk: Desk): Promise<{ readonly residue: Residue; readonly instead?: string }> {
  try {
    return await desk.link.ask({ ask: 'residue' })
  } catch (error) {
    if (!(error instanceof SafechaosError) || error.code !== 'SC_ENDED') throw error
    const instead = `what is left inside: it was not looked at, since ${error.message}`
    return { residue: { found: [], notSeen: [instead], looked: [] }, instead }
  }
}

/** What ran is what was planned only if nobody changed it meanwhile: a service that starts again reads its program anew. */
async function lookAtFiles(desk: Desk): Promise<void> {
  if (!desk.records.some(({ body }) => body.kind === 'opened')) return
  const { changed } = await desk.link.ask({ ask: 'files' })
  const more = changed.length - NAMED_FILES
  desk.record({ kind: 'files', changed: more > 0 ? [...changed.slice(0, NAMED_FILES), `and ${more} more`] : changed })
}

/** Waits until every gate is green by samples after the revert, or the recovery time is over. */
async function watchRecovery(desk: Desk, plan: Plan, watch: GateWatch, stop: AbortSignal): Promise<void> {
  const passed = stopwatch(desk.clock)
  const waiting = new Set(plan.gates.map(({ name }) => name))
  while (waiting.size > 0 && passed.ms() < plan.recoveryMs && !stop.aborted) {
    for (const { gate, state, newest, nearing } of watch.states) {
      const afterMs = newest === undefined ? undefined : passed.since(newest)
      if (!waiting.has(gate) || state !== 'OK' || nearing || afterMs === undefined) continue
      waiting.delete(gate)
      desk.record({ kind: 'recovered', signal: gate, afterMs: Math.round(afterMs), detail: 'green by a sample taken after the revert' })
    }
    await desk.clock.sleep(LOOK_MS, stop)
  }
  if (stop.aborted) return
  for (const gate of waiting)
    desk.record({ kind: 'recovered', signal: gate, afterMs: undefined, detail: `not green within ${plan.recoveryMs} ms after the revert` })
}

/** An invariant that does not hold in time brings the snapshot back, and is looked at once more. */
async function holdInvariants(desk: Desk, plan: Plan, watch: GateWatch, stop: AbortSignal): Promise<void> {
  const broken = await lookAtInvariants(desk, plan.invariants, watch, stop)
  if (broken.length === 0) return
  // From here on what gates see is our own doing.
  watch.stop()
  desk.record({ kind: 'snapshot', what: 'restoring', detail: '' })
  const { detail } = await desk.link.ask({ ask: 'restore' }).catch((error: unknown) => {
    desk.record({ kind: 'snapshot', what: 'failed', detail: messageOf(error) })
    throw error
  })
  desk.record({ kind: 'snapshot', what: 'restored', detail })
  await lookAtInvariants(desk, broken, watch, stop)
}

async function lookAtInvariants(desk: Desk, invariants: readonly Invariant[], watch: GateWatch, stop: AbortSignal): Promise<readonly Invariant[]> {
  const passed = stopwatch(desk.clock)
  const broken: Invariant[] = []
  for (const invariant of invariants) {
    let seen = readAfter(passed, watch, invariant)
    while (seen?.value !== 1 && passed.ms() < invariant.withinMs && !stop.aborted) {
      await desk.clock.sleep(LOOK_MS, stop)
      seen = readAfter(passed, watch, invariant)
    }
    const held = seen?.value === 1
    if (!held && stop.aborted) continue
    desk.record({ kind: 'invariant', name: invariant.name, held, detail: held ? answered(invariant) : unanswered(invariant, seen) })
    if (!held) broken.push(invariant)
  }
  return broken
}

/** The latest reading, if it was taken after the looking began. */
function readAfter(passed: Stopwatch, watch: GateWatch, invariant: Invariant): Reading | undefined {
  const last = watch.reading(invariantSignal(invariant))
  return last !== undefined && passed.since(last.at) !== undefined ? last : undefined
}

const answered = ({ get, expectStatus }: Invariant): string => `${get} answered ${expectStatus}`

function unanswered({ get, expectStatus, withinMs }: Invariant, last: Reading | undefined): string {
  const came = last?.detail === undefined ? '' : `, but ${last.detail}`
  return `${get} did not answer ${expectStatus}${came} within ${withinMs} ms`
}
