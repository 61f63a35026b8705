import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isWithin } from './system-parts.ts'

/** The folder `inside` of `root`, made if it is not there, with every link followed; undefined if it leads out of `root`, or nowhere. */
export function realFolder(root: string, inside: string): string | undefined {
  const top = realpathSync(root)
  let at = top
  try {
    for (const part of inside.split('/')) {
      const next = join(at, part)
      if (lstatSync(next, { throwIfNoEntry: false }) === undefined) mkdirSync(next)
      at = realpathSync(next)
      if (!isWithin(at, top) || !lstatSync(at).isDirectory()) return undefined
    }
    return at
  } catch {
    return undefined
  }
}
