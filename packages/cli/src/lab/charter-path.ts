import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type ContainmentName, counted, SafechaosError } from '@safechaos/core'
import { type Call, textOption } from '../call.ts'
import { folderAbove } from './folder-above.ts'

const NAMES: readonly ContainmentName[] = ['sandbox', 'process']

/** The charter that the command names; without a name, the only one in the `charters/` of this folder or of one above. Throws SC_USAGE. */
export function charterPath({ arguments: [given], cwd }: Pick<Call, 'arguments' | 'cwd'>): string {
  if (given !== undefined) return existing(resolve(cwd, given), given)
  const folder = chartersAbove(cwd)
  const found = folder === undefined ? [] : yamlFiles(folder)
  const [only] = found
  if (folder !== undefined && only !== undefined && found.length === 1) return join(folder, only)
  if (folder === undefined || found.length === 0)
    throw new SafechaosError({
      code: 'SC_USAGE',
      message: 'no charter is named, and none is in a charters/ folder here or above',
      hint: 'name one, or make a lab: safechaos init',
    })
  throw new SafechaosError({
    code: 'SC_USAGE',
    message: `no charter is named, and ${folder} has ${found.length}: ${found.join(', ')}`,
    hint: 'name the one you mean',
  })
}

/** Looked at before anything is started for it. */
function existing(path: string, given: string): string {
  const file = statSync(path, { throwIfNoEntry: false })
  if (file === undefined) throw new SafechaosError({ code: 'SC_FILE', message: `there is no file ${given}` })
  if (!file.isDirectory()) return path
  const charters = chartersIn(path).map((name) => join(given, name))
  throw new SafechaosError({
    code: 'SC_USAGE',
    message: `${given} is a folder, ${charters.length === 0 ? 'and no charter is in it' : `with ${counted(charters.length, 'charter')}: ${charters.join(', ')}`}`,
    hint: charters.length === 0 ? 'name a charter, or make a lab: safechaos init' : 'name the one you mean',
  })
}

/** Files of a lab that are no charters. */
const OTHERS = ['lab.yaml', 'compose.yaml', 'compose.yml']

/** Of a lab those in its `charters/`; of another folder its own. */
function chartersIn(folder: string): string[] {
  if (existsSync(join(folder, 'charters'))) return yamlFiles(join(folder, 'charters')).map((name) => join('charters', name))
  return yamlFiles(folder).filter((name) => !OTHERS.includes(name))
}

const yamlFiles = (folder: string): string[] => readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))

function chartersAbove(start: string): string | undefined {
  const folder = folderAbove(start, ['charters'])
  return folder === undefined ? undefined : join(folder, 'charters')
}

/** `--containment` as an option of the engine. Throws SC_USAGE for a name that does not exist. */
export function containmentOption(call: Call): { readonly containment?: ContainmentName } {
  const name = textOption(call, 'containment')
  if (name === undefined) return {}
  const containment = NAMES.find((known) => known === name)
  if (containment === undefined)
    throw new SafechaosError({ code: 'SC_USAGE', message: `there is no containment "${name}"`, hint: `choose one of ${NAMES.join(', ')}` })
  return { containment }
}
