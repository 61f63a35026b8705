import { type Charter, type CharterContext, checkReferences, expandCharter, type Lab, type Problem, type Stack } from '@safechaos/core'
import { located } from './located.ts'
import { readLab } from './read-lab.ts'
import type { YamlFile } from './read-yaml-file.ts'

export interface CharterReading {
  /** Undefined if there are problems. */
  readonly charter: Charter | undefined
  readonly lab: Lab | undefined
  readonly problems: readonly Problem[]
}

/** What a charter and its lab mean. Never throws. A module of its own, since the schema library takes longer to load than all else in a run. */
export function readCharter(file: YamlFile, labDir: string, stack: Stack | undefined, context: CharterContext): CharterReading {
  const { lab, problems } = readLab(labDir)
  const read = expandCharter(file.value, context)
  const references = read.ok && stack && lab ? checkReferences(read.value, stack, lab) : []
  return {
    charter: read.ok ? read.value : undefined,
    lab,
    problems: [...located(read.ok ? references : read.problems, file, 'SC_INVALID'), ...problems],
  }
}
