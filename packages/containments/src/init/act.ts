import type { ChildProcess } from 'node:child_process'
import type { PlannedTarget, Step } from '@safechaos/core'
import { endGroup } from './run-command.ts'
import type { Signalled } from './signal-step.ts'

/** What the init remembers of one act, so that `ended`, `stopped` and `held` can be judged, and so that it can be undone without the agent. */
export class Act {
  readonly id: string
  /** By pid and start time; filled before the signal is sent. */
  readonly signalled: Signalled = new Map()
  readonly #over = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
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

  /** Aborted when its undo begins, whoever undoes it: then nothing else of it may act any more. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  isUndo(step: Step): boolean {
    const text = JSON.stringify(step)
    return this.armed?.undo.some((known) => JSON.stringify(known) === text) === true
  }

  /** Work of a step that is none of its undo. */
  during<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    const done = (): void => void this.#running.delete(work)
    work.then(done, done)
    return work
  }

  /** Resolves when nothing but its undo runs. */
  async beginUndo(): Promise<void> {
    this.#over.abort()
    await Promise.allSettled(this.#running)
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
