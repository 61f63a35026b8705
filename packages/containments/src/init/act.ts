import type { ChildProcess } from 'node:child_process'
import type { PlannedTarget, Step } from '@safechaos/core'
import type { ProcessIdentity } from './proc.ts'
import { endGroup } from './run-command.ts'

/** What the init remembers of one act, so that `ended`, `stopped` and `held` can be judged, and so that it can be undone without the agent. */
export class Act {
  readonly id: string
  /** By pid and start time; filled before the signal is sent. */
  readonly signalled = new Map<string, ProcessIdentity>()
  readonly #held = new Set<ChildProcess>()
  armed: { readonly target: PlannedTarget; readonly undo: readonly Step[] } | undefined
  /** Undone because the agent was silent: from now on only its undo may run. */
  undoneAlone = false
  constructor(id: string) {
    this.id = id
  }

  hold(child: ChildProcess): void {
    this.#held.add(child)
  }

  /** Children in their process groups that still live. */
  heldAlive(): number {
    return [...this.#held].filter(({ pid }) => pid !== undefined && groupLives(pid)).length
  }

  heldEver(): number {
    return this.#held.size
  }

  release(): void {
    for (const { pid } of this.#held) endGroup(pid)
  }

  mayRun(step: Step): boolean {
    const text = JSON.stringify(step)
    return !this.undoneAlone || this.armed?.undo.some((allowed) => JSON.stringify(allowed) === text) === true
  }
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}
