import { realpathSync } from 'node:fs'
import { relative, sep } from 'node:path'

/** Whether a path, with every link followed, is inside a folder. False for what does not exist. */
export function isInside(folder: string, path: string): boolean {
  try {
    const inside = relative(realpathSync(folder), realpathSync(path))
    return inside !== '..' && !inside.startsWith(`..${sep}`)
  } catch {
    return false
  }
}
