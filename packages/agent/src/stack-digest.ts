import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Json, Problem, Stack } from '@safechaos/core'
import { digestOf, sha256 } from './digest.ts'

/** A stack's folder beyond this is not hashed, and so not run: an approval could not cover it. */
const MOST_FILES = 5000
const MOST_BYTES = 256 * 1024 * 1024
const SKIPPED = new Set(['.git', '.safechaos'])

export type StackDigest = { readonly ok: true; readonly digest: string } | { readonly ok: false; readonly problem: Problem }

/**
 * SHA-256 over the stack in normal form, every file of its folder, and every file of the lab's folders that its commands name a file in.
 * Links count as the text of their target, and are not followed.
 */
export function stackDigest(stack: Stack, stackDir: string, labDir: string): StackDigest {
  const files: Record<string, string> = {}
  let bytes = 0
  let count = 0
  const waiting = [stackDir, ...namedByCommands(stack, stackDir, labDir)]
  try {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const status = lstatSync(path)
      const name = relative(labDir, path)
      if (status.isDirectory())
        waiting.push(
          ...readdirSync(path)
            .filter((entry) => !SKIPPED.has(entry))
            .map((entry) => join(path, entry)),
        )
      else if (status.isSymbolicLink()) files[name] = `link ${readlinkSync(path)}`
      else if (status.isFile()) {
        bytes += status.size
        if (bytes > MOST_BYTES || ++count > MOST_FILES) return tooMuch(stackDir)
        files[name] = sha256(readFileSync(path))
      }
    }
  } catch (error) {
    return { ok: false, problem: { code: 'SC_FILE', message: `the stack's files cannot be read: ${(error as Error).message}` } }
  }
  return { ok: true, digest: digestOf({ stack: stack as unknown as Json, files }) }
}

/** Programs of the lab outside the stack's folder, with what lies beside them; of the lab's own folder only the file itself. */
function namedByCommands(stack: Stack, stackDir: string, labDir: string): string[] {
  const words = stack.services.flatMap(({ cwd, command, health }) =>
    [...command, ...(health?.test ?? [])].map((word) => resolve(stackDir, cwd, word)),
  )
  const named = words.filter(
    (path) => path.startsWith(`${labDir}/`) && !path.startsWith(`${stackDir}/`) && statSync(path, { throwIfNoEntry: false })?.isFile() === true,
  )
  return [...new Set(named.map((path) => (dirname(path) === labDir ? path : dirname(path))))]
}

const tooMuch = (stackDir: string): StackDigest => ({
  ok: false,
  problem: {
    code: 'SC_LIMIT',
    message: `${stackDir} has more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MiB`,
    hint: 'keep in the folder of the stack only what its services need',
  },
})
