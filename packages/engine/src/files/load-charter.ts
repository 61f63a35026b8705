import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import { digestOf, sha256 } from '@safechaos/agent'
import { type Charter, type ContainmentName, type Lab, type Problem, SafechaosError } from '@safechaos/core'
import { findLabFolder } from './find-lab-folder.ts'
import { ownerOf } from './git-identity.ts'
import { FILE_LIMITS } from './limits.ts'
import { loadStack, type LoadedStack, type StackReading } from './load-stack.ts'
import { readBytes } from './read-bytes.ts'
import { readYamlFile, type YamlFile } from './read-yaml-file.ts'
import { onlyStack } from './stack-files.ts'

/** Everything that a charter and its lab say, read and checked. All paths are absolute unless they say otherwise. */
export interface LoadedCharter extends LoadedStack {
  readonly lab: Lab
  readonly labDir: string
  readonly charter: Charter
  readonly charterFile: string
  /** The charter as it is written, which knows the line of each part. */
  readonly file: YamlFile
  /** What a person wrote, byte for byte; digests and copies are of these. */
  readonly charterBytes: Buffer
  /** SHA-256 (hex) of the charter's bytes. */
  readonly charterDigest: string
  /** What the charter itself names; undefined if it names none. */
  readonly namedContainment: ContainmentName | undefined
  /** SHA-256 (hex) of the canonical JSON of the charter in full. */
  readonly expansionDigest: string
}

export interface LoadOptions {
  /** For a charter that names none: the strongest that works here. */
  readonly containment: ContainmentName
  /** Takes the place of what the charter says. */
  readonly override?: ContainmentName | undefined
  /** Is told the stack as soon as it is read, while the charter is not yet. */
  readonly onStack?: ((loaded: LoadedStack) => void) | undefined
}

/** Reads a charter, its lab and its stack. Throws one SafechaosError that carries every problem of all three. */
export async function loadCharter(path: string, { containment, override, onStack }: LoadOptions): Promise<LoadedCharter> {
  const charterFile = resolve(path)
  const folder = dirname(charterFile)
  const early = namesOwner(charterFile) ? undefined : ownerOf(folder)
  const file = readYamlFile(charterFile)
  if (file.problems.length > 0) throw refusal(file.problems)
  const labDir = findLabFolder(folder)
  const stack = readStackOf(file, labDir)
  if (stack.ok) onStack?.(stack.loaded)
  const charterDigest = sha256(file.bytes)
  const { readCharter } = await import('./read-charter.ts')
  const read = readCharter(file, labDir, stack.ok ? stack.loaded.stack : undefined, {
    fileName: basename(charterFile),
    stackFile: stack.ok ? relative(folder, stack.loaded.stackFile) : 'unknown',
    containment,
    owner: textOf(file, 'owner') ?? (await (early ?? ownerOf(folder))),
    seed: charterDigest.slice(0, 16),
  })
  const { lab } = read
  const problems = [...read.problems, ...(stack.ok ? [] : stack.problems)]
  if (problems.length > 0 || !read.charter || !stack.ok || !lab) throw refusal(problems)
  const namedContainment = textOf(file, 'containment') === undefined ? undefined : read.charter.containment
  const charter = { ...read.charter, containment: override ?? read.charter.containment }
  const expansionDigest = digestOf(charter)
  return {
    lab,
    labDir,
    charter,
    charterFile,
    file,
    charterBytes: file.bytes,
    charterDigest,
    expansionDigest,
    namedContainment,
    ...stack.loaded,
  }
}

/** A glance, so that Git can be asked while the YAML is parsed; when it errs, Git is asked later or in vain. */
function namesOwner(path: string): boolean {
  const read = readBytes(path, FILE_LIMITS.bytes)
  return !read.ok || /^owner *:/m.test(read.bytes.toString('utf8'))
}

/** The stack that a charter names, or else the only one; a charter that is too broken to say gets no second complaint. */
function readStackOf(file: YamlFile, labDir: string): StackReading {
  const written = textOf(file, 'stack')
  if (written === undefined) {
    const only = onlyStack(labDir)
    if (only.ok) return loadStack(only.path, labDir)
    return { ok: false, problems: [{ ...only.problem, where: file.locate(['stack'], 'value') }] }
  }
  const where = file.locate(['stack'], 'value')
  if (isAbsolute(written))
    return {
      ok: false,
      problems: [{ code: 'SC_STACK', message: `${written} is absolute`, where, hint: 'write the path from the folder of the charter' }],
    }
  const reading = loadStack(resolve(dirname(file.path), written), labDir)
  if (reading.ok) return reading
  return { ok: false, problems: reading.problems.map((problem) => (problem.where ? problem : { ...problem, where })) }
}

/** The text that a file has for a key at its top. */
export function textOf({ value }: YamlFile, key: string): string | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined
  const text = (value as Record<string, unknown>)[key]
  return typeof text === 'string' ? text : undefined
}

/** Every problem at once. */
export function refusal(problems: readonly Problem[]): SafechaosError {
  const [first = { code: 'SC_BUG', message: 'a charter was refused without a reason' } as const, ...more] = problems
  return new SafechaosError(first, { more })
}
