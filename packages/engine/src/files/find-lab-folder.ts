import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const LAB_FILE = 'lab.yaml'

/**
 * The lab that a folder belongs to: the nearest `lab.yaml` upwards; without one, the folder itself or its parent, whichever has `stacks/`,
 * else the folder itself. Loads no library: it is the first thing a run does.
 */
export function findLabFolder(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, LAB_FILE))) return folder
    if (folder === dirname(folder)) break
  }
  return [from, dirname(from)].find((folder) => isFolder(join(folder, 'stacks'))) ?? from
}

/** Whether there is a folder at this path. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
