import type { Problem, Where } from '@safechaos/core'
import { FILE_LIMITS } from './limits.ts'
import { parseYaml } from './parse-yaml.ts'
import type { Path } from './place-in-yaml.ts'
import { displayPath, readBytes } from './read-bytes.ts'

/** A YAML file as it was read: its bytes, what it says, what is wrong with it, and where each part was written. */
export interface YamlFile {
  readonly path: string
  readonly bytes: Buffer
  /** Undefined if there are problems. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  locate(path: Path, at: 'key' | 'value'): Where
}

/** Reads a YAML file within the limits of `FILE_LIMITS`. Never throws: a file that cannot be read is a problem too. */
export function readYamlFile(path: string): YamlFile {
  const file = displayPath(path)
  const start: Where = { file, line: 1, column: 1 }
  const read = readBytes(path, FILE_LIMITS.bytes)
  if (!read.ok) return { path, bytes: Buffer.alloc(0), value: undefined, problems: [read.problem], locate: () => start }
  return { path, bytes: read.bytes, ...parseYaml(read.bytes.toString('utf8'), file) }
}
