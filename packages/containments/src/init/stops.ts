import { isHeld, type ProcessName, processKey } from './proc.ts'

/**
 * The processes that a SIGSTOP of ours holds. What its own service has stopped, before the act came or after it was taken back, is not among
 * them: no undo lets it go on, and nobody takes it for something that a run has left.
 */
export class Stops {
  readonly #held = new Map<string, ProcessName>()

  /** Before the signal is sent. */
  add(process: ProcessName): void {
    this.#held.set(processKey(process), process)
  }

  has(process: ProcessName): boolean {
    return this.#held.has(processKey(process))
  }

  /** It was seen to go on. */
  delete(process: ProcessName): void {
    this.#held.delete(processKey(process))
  }

  /** Pids of those that still are stopped. */
  left(): readonly number[] {
    return [...this.#held.values()].filter(isHeld).map(({ pid }) => pid)
  }
}
