import { setTimeout as sleep } from 'node:timers/promises'
import type { Seen } from '@safechaos/core'
import { type Act, type Doing, lookAll, note, runStep, type UndoEnd } from './act.ts'
import { crashPoint } from './crash-points.ts'
import { within } from './within.ts'

/** Disk and enclosure each answer well within this, or not at all. */
const SETTLE_MS = 1000
/** What an undo that works needs at most; the next one of the same target waits no longer for one that does not. */
const TURN_MS = 500

/**
 * Takes one act back and looks whether it is gone, again and again for a bounded time. Shielded: it takes no notice of why the run ends.
 * Idempotent; the one undo of an act is shared by all who ask. The owed record stays: who removes it does so after `verified`.
 */
export function undo(doing: Doing, act: Act): Promise<UndoEnd> {
  act.undoing ??= undoOnce(doing, act).then((end) => {
    act.end = end
    return end
  })
  return act.undoing
}

async function undoOnce(doing: Doing, act: Act): Promise<UndoEnd> {
  // Of what is still being prepared nothing was done; it ends by itself, since the act is being undone.
  if (!act.touched) await settle(act)
  let detail = ''
  for (const wait of doing.backOffMs) {
    if (wait > 0) await sleep(wait)
    const gone = doing.gone()
    const seen = await (gone ?? tryOnce(doing, act)).catch((error: unknown): Seen => ({ seen: 'unknown', detail: String(error) }))
    if (seen.seen === 'yes') {
      note(doing, act, 'verified', seen.detail)
      // Nobody waits for it: an init that hangs must not make an act that is gone look as if it were not.
      void doing.enclosure.disarm(act.id).catch(() => undefined)
      return 'verified'
    }
    detail = seen.detail
  }
  note(doing, act, 'stuck', detail)
  return 'stuck'
}

/** True when nothing is in flight for the act any more. */
async function settle(act: Act): Promise<boolean> {
  await within(act.inFlight, SETTLE_MS, () => undefined)
  return !act.busy
}

async function tryOnce(doing: Doing, act: Act): Promise<Seen> {
  crashPoint('before-undo')
  const failed: string[] = []
  for (const step of act.steps.undo) {
    const running = runStep(doing, act, step)
    crashPoint('mid-undo')
    const result = await running
    if (!result.ok) failed.push(result.detail)
  }
  crashPoint('after-undo')
  note(doing, act, 'undone', failed.length === 0 ? 'every step succeeded' : failed.join('; '))
  // The first of these steps ended in the enclosure what still ran of the act: only its answer is on the way.
  if (!(await settle(act))) return { seen: 'unknown', detail: 'a step of it has not ended' }
  const seen = await lookAll(doing, act, act.steps.verify)
  return failed.length === 0 ? seen : { ...seen, detail: `${seen.detail} (undo: ${failed.join('; ')})` }
}

/**
 * Undoes all acts: targets side by side, the acts of one target newest first, each when the newer one is gone or has had the time that takes.
 * Every one is tried, whatever becomes of the others.
 */
export async function undoAll(doing: Doing, acts: readonly Act[]): Promise<readonly { readonly act: Act; readonly end: UndoEnd }[]> {
  const byTarget = Map.groupBy(acts.toReversed(), (act) => act.target.id)
  const ends = await Promise.all(
    [...byTarget.values()].map(async (ofTarget) => {
      const ending: Promise<{ readonly act: Act; readonly end: UndoEnd }>[] = []
      for (const act of ofTarget) {
        const end = undo(doing, act)
        ending.push(end.then((how) => ({ act, end: how })))
        await within<unknown>(end, TURN_MS, () => undefined)
      }
      return await Promise.all(ending)
    }),
  )
  return ends.flat()
}
