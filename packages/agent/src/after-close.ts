import type { Enclosure } from '@safechaos/containments'
import { messageOf, type Residue, type Seen } from '@safechaos/core'
import { crashPoint } from './crash-points.ts'
import { writeDurablySync } from './durable.ts'
import type { EnvironmentHold } from './environment.ts'
import { endRemains, type Left, removeWorkDir, residueOutside } from './outside.ts'
import type { OwedRecords } from './owed.ts'
import type { EndedFile } from './run-folder.ts'
import { within } from './within.ts'

const CLOSE_MS = 10_000
const GONE_MS = 5000

/** Tells the agent's log of something that must not stop an ending. */
export const logFailure = (error: unknown): void => console.error(messageOf(error))

/** Ends an enclosure, however it takes it, and judges from outside what is left. Bounded in time; never throws. */
export async function endEnclosure(enclosure: Enclosure | undefined, left: Left, stateDir: string): Promise<Residue> {
  if (enclosure !== undefined) await within(enclosure.close(), CLOSE_MS, () => undefined).catch(logFailure)
  const seen = await endRemains(left, GONE_MS)
  await removeWorkDir(stateDir, left.workDir).catch(logFailure)
  return residueOutside(left, seen)
}

interface Leaving {
  readonly hold: EnvironmentHold
  readonly records: OwedRecords
  /** Numbers of the records whose undo was seen. */
  readonly settled: readonly number[]
  readonly file: string
  readonly ended: EndedFile
}

/** Writes that a run is over when its enclosure is gone and judged: what is owed no more, the environment given back, how it ended. Rejects at the first that fails: the rest stays owed. */
export async function putAway({ hold, records, settled, file, ended }: Leaving): Promise<void> {
  if (settled.length > 0) {
    await records.remove(settled)
    // Of a disk that had no room for the whole of one. They say nothing, so that one that stays is no reason to owe anything.
    await records.removeDrafts().catch(logFailure)
  }
  crashPoint('mid-put-away')
  await hold.release()
  writeDurablySync(file, `${JSON.stringify(ended)}\n`)
}

/** The acts of an enclosure that has ended are gone with it: looked at from outside. */
export async function seenGone(left: Left): Promise<Seen> {
  const { ours, unseen } = await endRemains(left, GONE_MS)
  if (ours.length === 0 && unseen.length > 0) return { seen: 'unknown', detail: `processes ${unseen.join(', ')} do not show whose they are` }
  if (ours.length === 0) return { seen: 'yes', detail: 'gone with its enclosure' }
  return { seen: 'no', detail: `the enclosure has ended, and of its processes ${ours.map(({ pid }) => pid).join(', ')} have not` }
}
