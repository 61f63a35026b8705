import { SafechaosError, type Stack } from '@safechaos/core'
import { changedSince, type SeenFiles, type stackDigest } from './stack-digest.ts'

const NAMED = 3

/** A stack as it was handed over, and what the lab's files were then: before anything of them was copied into an enclosure. */
export class HandedStack {
  readonly stack: Stack
  /** Made again from the files: a program that was changed after the planning is not the one that was planned. */
  readonly digest: string
  readonly #files: SeenFiles
  readonly #labDir: string
  /** Throws what keeps the files from being digested: SC_STACK, SC_LIMIT, SC_FILE. */
  constructor(digestStack: typeof stackDigest, { stack, stackDir, labDir }: { stack: Stack; stackDir: string; labDir: string }) {
    const seen = digestStack(stack, stackDir, labDir)
    if (!seen.ok) throw new SafechaosError(seen.problem)
    this.stack = stack
    this.digest = seen.digest
    this.#files = seen.files
    this.#labDir = labDir
  }

  /** Files that a service could see and that are not what they were. */
  changed(): readonly string[] {
    return changedSince(this.#files, this.#labDir)
  }

  /** Throws SC_PLAN_MISMATCH if a file was saved since, so that another program would run than the one that was planned. */
  assertUnchanged(): void {
    const changed = this.changed()
    if (changed.length === 0) return
    const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : ''
    const named = `files of the lab changed while the run was planned: ${changed.slice(0, NAMED).join(', ')}${more}`
    // In the message, since that alone comes to the person: mostly it is the run's own output that was sent to a file.
    const message = `${named}; what you write the output to must lie outside the lab, or in .safechaos/`
    throw new SafechaosError({ code: 'SC_PLAN_MISMATCH', message, hint: 'run it again' })
  }
}
