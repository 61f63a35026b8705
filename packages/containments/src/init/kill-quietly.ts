import type { Signal } from '@safechaos/core'

/** Sends a signal to whatever has the pid; that there is nobody is no error. */
export function killQuietly(pid: number, signal: Signal): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}
