import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expandLab, type Lab, type Problem } from '@safechaos/core'
import { LAB_FILE } from './find-lab-folder.ts'
import { located } from './located.ts'
import { readYamlFile } from './read-yaml-file.ts'

export interface LoadedLab {
  readonly labDir: string
  /** Undefined if there are problems. */
  readonly lab: Lab | undefined
  readonly problems: readonly Problem[]
}

/** The lab in a folder; without `lab.yaml` the default one. Never throws. */
export function readLab(labDir: string): LoadedLab {
  const path = join(labDir, LAB_FILE)
  const folderName = basename(labDir)
  if (!existsSync(path)) return { labDir, problems: [], lab: labOf(undefined, folderName) }
  const file = readYamlFile(path)
  if (file.problems.length > 0) return { labDir, lab: undefined, problems: file.problems }
  const read = expandLab(file.value, { folderName })
  return read.ok ? { labDir, lab: read.value, problems: [] } : { labDir, lab: undefined, problems: located(read.problems, file, 'SC_INVALID') }
}

function labOf(source: unknown, folderName: string): Lab | undefined {
  const read = expandLab(source, { folderName })
  return read.ok ? read.value : undefined
}
