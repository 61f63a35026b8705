import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The nearest folder, from `start` upwards, that holds one of these names. */
export function folderAbove(start: string, names: readonly string[]): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (names.some((name) => existsSync(join(folder, name)))) return folder
    if (dirname(folder) === folder) return undefined
  }
}
