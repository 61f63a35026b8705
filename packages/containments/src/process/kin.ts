import { allPids, isDead, type ProcessStat, statOf } from '../init/proc.ts'

interface Relative {
  readonly replica: string
  readonly start: string
}

/**
 * Whatever a replica's processes started, also where it has neither the run's mark nor a parent any more: each is remembered from the first look
 * that finds it below a known one, or in a session with one. What leaves its parent and its session between two looks is not found.
 */
export class Kin {
  readonly #known = new Map<number, Relative>()
  readonly #ownSession = statOf(process.pid)?.session

  /** A child that was started for a replica: the first of its line. */
  add(replica: string, pid: number): void {
    const start = statOf(pid)?.start
    if (start !== undefined) this.#known.set(pid, { replica, start })
  }

  /** The living ones, of one replica or of all. */
  of(replica?: string): number[] {
    this.look()
    return [...this.#known].flatMap(([pid, relative]) => (replica === undefined || relative.replica === replica ? [pid] : []))
  }

  look(): void {
    const living = new Map(allPids().flatMap((pid) => livingStat(pid) ?? []))
    for (const [pid, { start }] of this.#known) if (living.get(pid)?.start !== start) this.#known.delete(pid)
    while (this.#adopt(living)) {
      // Children of those that were found just now.
    }
  }

  /** A session is ours while one of ours is in it: its number cannot be given away meanwhile. */
  #adopt(living: ReadonlyMap<number, ProcessStat>): boolean {
    const before = this.#known.size
    const sessions = new Map([...this.#known].map(([pid, { replica }]) => [living.get(pid)?.session, replica]))
    // Nobody's, and that of the init itself: no replica is started in it.
    for (const session of [undefined, 0, this.#ownSession]) sessions.delete(session)
    for (const [pid, { parent, session, start }] of living) {
      const replica = this.#known.get(parent)?.replica ?? sessions.get(session)
      if (replica !== undefined && !this.#known.has(pid)) this.#known.set(pid, { replica, start })
    }
    return this.#known.size > before
  }
}

function livingStat(pid: number): [[number, ProcessStat]] | undefined {
  const stat = statOf(pid)
  return stat === undefined || isDead(stat) ? undefined : [[pid, stat]]
}
