import { constants } from 'node:os'
import type { Act } from './act.ts'
import { Grip } from './grip.ts'
import { ignores, isAlive, isSame } from './proc.ts'
import { type SignalledProcess, strike } from './signal-step.ts'
import { until } from './until.ts'

const KILLED_WITHIN_MS = 500

/** What the act told to end and what has not ended yet. What ignores the signal goes on as it was; what only catches it may end at any moment. */
export function stillEnding(act: Act): SignalledProcess[] {
  return [...act.signalled.values()].filter(
    (hit) => hit.signal !== 'SIGSTOP' && hit.signal !== 'SIGCONT' && isAlive(hit) && !ignores(hit.pid, constants.signals[hit.signal]),
  )
}

/**
 * Waits until everything that the act told to end has ended, and ends what has not after `patienceMs`: a process that is about to die is
 * none that was given back.
 */
export async function letEnd(act: Act, patienceMs: number, stop: AbortSignal): Promise<void> {
  if (await until(() => stop.aborted || stillEnding(act).length === 0, patienceMs)) return
  for (const late of stillEnding(act)) {
    const grip = Grip.on(late.pid)
    if (grip === undefined) continue
    if (isSame(late, grip.identity)) await strike(grip, 'SIGKILL', true)
    grip.release()
  }
  await until(() => stillEnding(act).length === 0, KILLED_WITHIN_MS)
}
