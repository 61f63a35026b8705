import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { stackDigest, stateFolder } from '@safechaos/agent'
import { ownPlace, type PathProblem, type Problem, readStack, type Stack } from '@safechaos/core'
import { isInside } from './is-inside.ts'
import { located } from './located.ts'
import { displayPath, readBytes } from './read-bytes.ts'
import { readYamlFile } from './read-yaml-file.ts'

/** A stack that can be opened. */
export interface LoadedStack {
  readonly stack: Stack
  /** The Compose file. */
  readonly stackFile: string
  readonly stackDir: string
  /** SHA-256 (hex) over its normal form and the files that it runs. */
  readonly stackDigest: string
}

export type StackReading = { readonly ok: true; readonly loaded: LoadedStack } | { readonly ok: false; readonly problems: readonly Problem[] }

const LARGEST_ENV = 64 * 1024

/** Reads a Compose file and everything it mounts. Never throws; variables come from the `.env` of the lab alone. */
export function loadStack(stackFile: string, labDir: string): StackReading {
  const stackDir = dirname(stackFile)
  if (existsSync(stackFile) && !isInside(labDir, stackFile)) {
    return {
      ok: false,
      problems: [
        { code: 'SC_STACK', message: `${displayPath(stackFile)} is outside the lab ${displayPath(labDir)}`, hint: 'move the stack into the lab' },
      ],
    }
  }
  const state = stateFolder()
  if (isInside(labDir, state)) {
    const problem = { code: 'SC_STATE', message: `the state folder ${state} is inside the lab ${displayPath(labDir)}` } as const
    return {
      ok: false,
      problems: [{ ...problem, hint: 'set XDG_STATE_HOME to a folder outside: what is in the lab is what services see, and must not change' }],
    }
  }
  const file = readYamlFile(stackFile)
  if (file.problems.length > 0) return { ok: false, problems: file.problems }
  const variables = readVariables(labDir)
  if (!variables.ok) return variables
  const read = readStack(file.value, { folderName: nameOf(stackFile), variables: variables.map })
  if (!read.ok) return { ok: false, problems: located(read.problems, file, 'SC_STACK') }
  const missing = located([...missingFolders(read.value, stackDir), ...overOurs(read.value, labDir)], file, 'SC_STACK')
  if (missing.length > 0) return { ok: false, problems: missing }
  const digest = stackDigest(read.value, stackDir, labDir)
  if (!digest.ok) return { ok: false, problems: [digest.problem] }
  return { ok: true, loaded: { stack: read.value, stackFile, stackDir, stackDigest: digest.digest } }
}

/** `stacks/weak/compose.yaml` is weak, `stacks/weak.yaml` too. */
function nameOf(stackFile: string): string {
  const name = basename(stackFile).replace(/\.ya?ml$/, '')
  return name === 'compose' ? basename(dirname(stackFile)) : name
}

function readVariables(
  labDir: string,
): { readonly ok: true; readonly map: ReadonlyMap<string, string> } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const path = join(labDir, '.env')
  if (!existsSync(path)) return { ok: true, map: new Map() }
  if (!isInside(labDir, path)) {
    const message = `${displayPath(path)} is a link that leads out of the lab`
    return { ok: false, problems: [{ code: 'SC_STACK', message, hint: 'put the variables of the stacks into a file of the lab' }] }
  }
  const read = readBytes(path, LARGEST_ENV)
  if (!read.ok) return { ok: false, problems: [read.problem] }
  const pairs = Object.entries(parseEnv(read.bytes.toString('utf8'))).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  )
  return { ok: true, map: new Map(pairs) }
}

/** Volumes over the lab, or over the program that everything runs by: `readStack` does not know where these are. */
function overOurs(stack: Stack, labDir: string): PathProblem[] {
  const ours = [labDir, dirname(process.execPath)]
  return stack.services.flatMap(({ name, volumes }) =>
    volumes.flatMap(({ target }, index): PathProblem[] => {
      if (ownPlace(target, ours) === undefined) return []
      return [
        { path: ['services', name, 'volumes', index], at: 'value', message: `${target} belongs to the enclosure`, hint: 'mount at another path' },
      ]
    }),
  )
}

/** Folders that a service works in or sees must exist, and must not lead outside through a link. */
function missingFolders(stack: Stack, stackDir: string): PathProblem[] {
  const refuse = (path: PathProblem['path'], folder: string): PathProblem[] => {
    const real = join(stackDir, folder)
    if (isInside(stackDir, real)) return []
    const why = existsSync(real) ? 'leads out of the folder of the stack' : 'is not there'
    return [{ path, at: 'value', message: `${folder} ${why}`, hint: 'make the folder, inside the folder of the stack' }]
  }
  return stack.services.flatMap((service) => [
    ...refuse(['services', service.name, 'x-safechaos', 'local', 'cwd'], service.cwd),
    ...service.volumes.flatMap((volume, index) => refuse(['services', service.name, 'volumes', index], volume.source)),
  ])
}
