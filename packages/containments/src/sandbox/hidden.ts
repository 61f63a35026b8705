import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HIDDEN_IN_LAB } from '@safechaos/core'
import { Refusal } from '../init/channel.ts'
import { fstabLine } from './fstab.ts'
import { isWithin } from './system-parts.ts'

/** What of HIDDEN_IN_LAB is there, with every link followed. Throws a refusal (SC_CONTAINMENT) if the run itself works in one of them. */
export function hiddenOf(labDir: string, workDir: string): string[] {
  const there = HIDDEN_IN_LAB.flatMap((name) => realPath(join(labDir, name)) ?? [])
  const inTheWay = there.find((path) => isWithin(workDir, path))
  if (inTheWay !== undefined) {
    throw new Refusal('SC_CONTAINMENT', `the run works in ${workDir}, below ${inTheWay}, which services may not see: choose another state folder`)
  }
  return there
}

/** A mount table that covers each path with something empty that cannot be written. `empty`: an empty file. */
export function hidingTable(paths: readonly string[], empty: string): string {
  const cover = (path: string): string =>
    statSync(path).isDirectory() ? fstabLine('hidden', path, 'tmpfs', ['ro', 'size=4k', 'mode=755']) : fstabLine(empty, path, 'none', ['bind', 'ro'])
  return paths.map(cover).join('')
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
