import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { HIDDEN_IN_LAB, type Json, type Problem, type Stack } from '@safechaos/core'
import { digestOf, sha256 } from './digest.ts'

/** A lab beyond this is not hashed, and so not run: an approval could not cover it. */
const MOST_FILES = 20_000
const MOST_BYTES = 512 * 1024 * 1024
const HIDDEN: ReadonlySet<string> = new Set(HIDDEN_IN_LAB)
/** A link may name a part of the system, as a command may. Its programs are the machine's, not the lab's. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc']

/** Every file of a lab by its path in it: its digest, and what its inode said just before it was read. */
export type SeenFiles = ReadonlyMap<string, { readonly digest: string; readonly inode: string }>

export type StackDigest =
  | { readonly ok: true; readonly digest: string; readonly files: SeenFiles }
  | { readonly ok: false; readonly problem: Problem }

/**
 * SHA-256 over the stack in normal form, the place of its folder and every file of the lab that a service can see, wherever its commands,
 * links or variables lead: what runs need not be named. A link out of what is covered is refused, and so is what is neither file, folder nor link.
 */
export function stackDigest(stack: Stack, stackDir: string, labDir: string): StackDigest {
  const hidden = foldersOf(stack, stackDir).find((folder) => HIDDEN.has(firstStep(labDir, folder)))
  if (hidden !== undefined)
    return {
      ok: false,
      problem: { code: 'SC_STACK', message: `${hidden} is in a part of the lab that no service sees`, hint: 'put the stack into stacks/' },
    }
  const seen = lookAt(labDir, (path, status) => (status.isSymbolicLink() ? linkText(path, labDir) : contentOf(path, status)))
  if (!seen.ok) return seen
  const files = Object.fromEntries([...seen.files].map(([name, { digest }]) => [name, digest]))
  return { ok: true, digest: digestOf({ stack: stack as unknown as Json, folder: relative(labDir, stackDir), files }), files: seen.files }
}

/** The files that are not the ones seen before: changed, gone, new, or written to and put back in between. Only inodes are looked at. */
export function changedSince(before: SeenFiles, labDir: string): string[] {
  const now = lookAt(labDir, () => '')
  if (!now.ok) return [now.problem.message]
  const names = new Set([...before.keys(), ...now.files.keys()])
  return [...names].filter((name) => before.get(name)?.inode !== now.files.get(name)?.inode).sort()
}

/** The folders that a service is shown whatever else is hidden. */
const foldersOf = (stack: Stack, stackDir: string): string[] => [
  stackDir,
  ...stack.services.flatMap(({ cwd, volumes }) => [cwd, ...volumes.map(({ source }) => source)]).map((folder) => join(stackDir, folder)),
]

const firstStep = (labDir: string, path: string): string => relative(labDir, path).split('/')[0] ?? ''

class Refused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

function lookAt(
  labDir: string,
  digest: (path: string, status: Stats) => string,
): { readonly ok: true; readonly files: SeenFiles } | { readonly ok: false; readonly problem: Problem } {
  const files = new Map<string, { digest: string; inode: string }>()
  let bytes = 0
  const waiting = [labDir]
  try {
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      for (const entry of readdirSync(folder)) {
        if (folder === labDir && HIDDEN.has(entry)) continue
        const path = join(folder, entry)
        const status = lstatSync(path)
        if (status.isDirectory()) {
          waiting.push(path)
          continue
        }
        bytes += status.size
        if (bytes > MOST_BYTES || files.size >= MOST_FILES) return { ok: false, problem: tooMuch(labDir) }
        files.set(relative(labDir, path), { digest: digest(path, status), inode: `${status.ino} ${status.size} ${status.ctimeMs}` })
      }
    }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: error.problem }
    return { ok: false, problem: { code: 'SC_FILE', message: `the lab's files cannot be read: ${(error as Error).message}` } }
  }
  return { ok: true, files }
}

function contentOf(path: string, status: Stats): string {
  if (!status.isFile())
    throw new Refused({
      code: 'SC_STACK',
      message: `${path} is neither a file, a folder nor a link`,
      hint: 'keep it outside of the lab: a service could reach out through it',
    })
  return `${(status.mode & 0o111) === 0 ? 'file' : 'program'} ${sha256(readFileSync(path))}`
}

function linkText(path: string, labDir: string): string {
  const text = readlinkSync(path)
  const target = realTarget(resolve(realpathSync(dirname(path)), text))
  const lab = realpathSync(labDir)
  const first = firstStep(lab, target)
  const covered = first !== '..' && !HIDDEN.has(first)
  if (!covered && !SYSTEM.some((folder) => target === folder || target.startsWith(`${folder}/`)))
    throw new Refused({
      code: 'SC_STACK',
      message: `${path} is a link to ${text}, ${first === '..' ? 'outside of the lab' : `and ${first} of the lab is not shown to services`}`,
      hint: 'copy what it leads to into the lab, or remove the link',
    })
  return `link ${text}`
}

/** With every link followed; of what is not there, as it is written. */
function realTarget(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

const tooMuch = (labDir: string): Problem => ({
  code: 'SC_LIMIT',
  message: `${labDir} has more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MiB`,
  hint: 'keep in the folder of the lab only what its stacks need: all that services can see is covered by the digest of the stack',
})
