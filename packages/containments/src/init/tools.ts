import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { type Place, TOOLS, type Tool } from '@safechaos/core'
import type { Replica } from './replica.ts'
import type { Command, Refused, Spawner } from './spawner.ts'

/** Looked through in this order, whatever PATH says. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
const found = new Map<Tool, string>()

/** The command that runs an allowed tool in a place; refused, with the reason, for a tool or a place that is not to be had. */
export function toolCommand(spawner: Spawner, place: Place, replica: Replica | undefined, tool: Tool, args: readonly string[]): Command | Refused {
  if (!TOOLS.includes(tool)) return { refused: `${tool} is not among the tools that a step may start` }
  if (spawner.noTools !== undefined) return { refused: spawner.noTools }
  const file = find(tool)
  if (file === undefined) return { refused: `${tool} is not installed here` }
  if (place !== 'target') return spawner.inPlace(place, [file, ...args])
  const main = replica?.main
  if (replica === undefined || main === undefined)
    return { refused: `${replica?.id ?? 'the target'} does not run, so that it has no namespaces to enter` }
  return spawner.inTarget(replica.id, main.pid, [file, ...args], { PATH: FOLDERS.join(':'), LANG: 'C.UTF-8' })
}

function find(tool: Tool): string | undefined {
  const known = found.get(tool)
  if (known !== undefined) return known
  const file = FOLDERS.map((folder) => join(folder, tool)).find(isExecutable)
  if (file !== undefined) found.set(tool, file)
  return file
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
