import { closeSync, openSync, readSync } from 'node:fs'
import { identityOf, isDead, isSame, isSignalStopped, isStopped, type ProcessIdentity, type ProcessStat, parseStat } from './proc.ts'

const ROOM = 4096

/**
 * Holds on to one process, not to its pid: the kernel answers an open /proc/PID/stat for that process alone, and with an error for ever once it
 * is gone, whoever has the pid by then. Start times alone cannot tell two processes of the same hundredth of a second apart.
 */
export class Grip {
  readonly identity: ProcessIdentity
  readonly #file: number
  readonly #buffer = Buffer.alloc(ROOM)
  private constructor(identity: ProcessIdentity, file: number) {
    this.identity = identity
    this.#file = file
  }

  /** Undefined when there is no such living process. */
  static on(pid: number): Grip | undefined {
    let file: number
    try {
      file = openSync(`/proc/${pid}/stat`, 'r')
    } catch {
      return undefined
    }
    const identity = identityOf(pid)
    const grip = identity === undefined ? undefined : new Grip(identity, file)
    if (grip?.compare() === 'same') return grip
    closeSync(file)
    return undefined
  }

  /** `moved`: the pid, or the process, is not what it was. */
  compare(): 'same' | 'gone' | 'moved' {
    const stat = this.#stat()
    const now = identityOf(this.identity.pid)
    if (stat === undefined || isDead(stat)) return now === undefined || isSame(this.identity, now) ? 'gone' : 'moved'
    return isSame(this.identity, now) ? 'same' : 'moved'
  }

  isStopped(): boolean {
    const stat = this.#stat()
    return stat !== undefined && isStopped(stat)
  }

  isSignalStopped(): boolean {
    const stat = this.#stat()
    return stat !== undefined && isSignalStopped(stat)
  }

  isAlive(): boolean {
    const stat = this.#stat()
    return stat !== undefined && !isDead(stat)
  }

  release(): void {
    closeSync(this.#file)
  }

  #stat(): ProcessStat | undefined {
    try {
      return parseStat(this.#buffer.toString('latin1', 0, readSync(this.#file, this.#buffer, 0, ROOM, 0)))
    } catch {
      return undefined
    }
  }
}
