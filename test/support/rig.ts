import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Containment, Enclosure, EnclosureEvent } from '@safechaos/containments'
import type { Stack } from '@safechaos/core'
import { buildIfStale } from '../../scripts/build.ts'
import { makeLab } from './stacks.ts'

/** An opened enclosure with everything that is to be cleaned up after it. */
export interface Rig extends AsyncDisposable {
  readonly enclosure: Enclosure
  readonly run: string
  readonly labDir: string
  readonly stackDir: string
  readonly workDir: string
  readonly events: readonly EnclosureEvent[]
  readonly start: (stack: Stack) => Promise<void>
}

// The init and the tap run as bundles.
buildIfStale()
let count = 0

/** Launches with a folder of its own; nothing of it is left afterwards. */
export async function openRig(
  containment: Pick<Containment, 'launch'>,
  options: { readonly deafAfterMs?: number; readonly tapFd?: number; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-test-'))
  const { labDir, stackDir } = makeLab(folder, options.files)
  const workDir = join(folder, 'work')
  count += 1
  const run = `test-${process.pid}-${Date.now()}-${count}`
  const logFd = openSync(join(folder, 'log'), 'a')
  const events: EnclosureEvent[] = []
  const enclosure = await containment.launch({ run, labDir, workDir, deafAfterMs: options.deafAfterMs ?? 30_000, tapFd: options.tapFd, logFd })
  enclosure.on((event) => events.push(event))
  return {
    enclosure,
    run,
    labDir,
    stackDir,
    workDir,
    events,
    start: async (stack) => {
      await enclosure.prepare(stack, stackDir)
      await enclosure.start()
    },
    [Symbol.asyncDispose]: async () => {
      await enclosure.close()
      closeSync(logFd)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
