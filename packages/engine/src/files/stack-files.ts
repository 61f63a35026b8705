import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Problem } from '@safechaos/core'
import { isFolder } from './find-lab-folder.ts'
import { displayPath } from './read-bytes.ts'

/** The Compose files in a lab's `stacks/`: one per folder, or YAML files in `stacks/` itself. */
export function stackFiles(labDir: string): string[] {
  const stacks = join(labDir, 'stacks')
  if (!isFolder(stacks)) return []
  return readdirSync(stacks, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(stacks, entry.name)
      if (/\.ya?ml$/.test(entry.name)) return [path]
      return ['compose.yaml', 'compose.yml']
        .map((name) => join(path, name))
        .filter((file) => existsSync(file))
        .slice(0, 1)
    })
}

/** The stack of a charter that names none: the only one there is. */
export function onlyStack(labDir: string): { readonly ok: true; readonly path: string } | { readonly ok: false; readonly problem: Problem } {
  const files = stackFiles(labDir)
  const [only] = files
  if (files.length === 1 && only !== undefined) return { ok: true, path: only }
  const problem: Problem =
    files.length === 0
      ? {
          code: 'SC_STACK',
          message: `there is no stack in ${displayPath(join(labDir, 'stacks'))}`,
          hint: 'add stacks/NAME/compose.yaml, or write stack: PATH in the charter',
        }
      : {
          code: 'SC_STACK',
          message: `there are ${files.length} stacks, and the charter names none`,
          hint: `write stack: in the charter, one of ${files.map((file) => relative(labDir, file)).join(', ')}`,
        }
  return { ok: false, problem }
}
