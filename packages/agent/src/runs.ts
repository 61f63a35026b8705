import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SafechaosError } from '@safechaos/core'
import { writeDurablySync } from './durable.ts'
import { bootId, isAlive } from './process-identity.ts'
import { type AgentFile, readAgentFile, runFolder } from './run-folder.ts'

/** Runs of this lab whose agents live, oldest first. */
export function listRuns(stateDir: string): AgentFile[] {
  let names: string[]
  try {
    names = readdirSync(join(stateDir, 'runs'))
  } catch {
    return []
  }
  return names
    .flatMap((run) => readAgentFile(stateDir, run) ?? [])
    .filter((file) => file.bootId === bootId() && isAlive(file.agent))
    .sort((a, b) => a.startedAt - b.startedAt)
}

/** Tells the agent of a run to take everything back. Needs no controller; what the agent finds is enough. Throws SC_NO_RUN, SC_STATE. */
export function abortRun(stateDir: string, run: string): void {
  writeSign(stateDir, run, 'abort')
}

/** Tells the agent of an `up` to close its enclosure and end. Throws SC_NO_RUN, SC_STATE. */
export function downRun(stateDir: string, run: string): void {
  writeSign(stateDir, run, 'down')
}

function writeSign(stateDir: string, run: string, sign: 'abort' | 'down'): void {
  const folder = runFolder(stateDir, run)
  if (!existsSync(folder.folder)) throw new SafechaosError({ code: 'SC_NO_RUN', message: `there is no run ${run} in this lab` })
  try {
    writeDurablySync(folder[sign], `${new Date().toISOString()}\n`)
  } catch (cause) {
    throw new SafechaosError({ code: 'SC_STATE', message: `${folder[sign]} cannot be written: ${(cause as Error).message}` }, { cause })
  }
}
