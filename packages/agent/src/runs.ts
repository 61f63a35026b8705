import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SafechaosError } from '@safechaos/core'
import { fateOf } from './process-identity.ts'
import { type AgentFile, readAgentFile, readEndedFile, runFolder } from './run-folder.ts'

/** Whether this agent lives. One of which that cannot be told from here counts until the end of its run is written. */
export const agentLives = (stateDir: string, file: AgentFile): boolean =>
  ({ alive: true, dead: false, unknown: readEndedFile(stateDir, file.run) === undefined })[fateOf(file)]

/** Whether a run goes on: its agent lives. Reads of no other run. */
export function isLive(stateDir: string, run: string): boolean {
  const file = readAgentFile(stateDir, run)
  return file !== undefined && agentLives(stateDir, file)
}

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
    .filter((file) => agentLives(stateDir, file))
    .sort((a, b) => a.startedAt - b.startedAt)
}

/** How a wish came to the agent: as a file, or by a signal since the disk has no room for one. */
type Told = 'file' | 'signal'

/** Tells the agent of a run to take everything back. Needs no controller; what the agent finds is enough. Throws SC_NO_RUN, SC_STATE. */
export function abortRun(stateDir: string, run: string): Told {
  return giveSign(stateDir, run, 'abort')
}

/** Tells the agent of an `up` to close its enclosure and end. Throws SC_NO_RUN, SC_STATE. */
export function downRun(stateDir: string, run: string): Told {
  return giveSign(stateDir, run, 'down')
}

/** That the file is there is the whole message: it is empty, for which even a full disk mostly has room. */
function giveSign(stateDir: string, run: string, sign: 'abort' | 'down'): Told {
  const folder = runFolder(stateDir, run)
  if (!existsSync(folder.folder)) throw new SafechaosError({ code: 'SC_NO_RUN', message: `there is no run ${run} in this lab` })
  try {
    closeSync(openSync(folder[sign], 'a', 0o600))
    return 'file'
  } catch (cause) {
    if (signalAgent(stateDir, run)) return 'signal'
    throw new SafechaosError({ code: 'SC_STATE', message: `${folder[sign]} cannot be written: ${(cause as Error).message}` }, { cause })
  }
}

/** An agent that is told to terminate takes everything back first. */
function signalAgent(stateDir: string, run: string): boolean {
  const file = readAgentFile(stateDir, run)
  if (file === undefined || fateOf(file) !== 'alive') return false
  try {
    return process.kill(file.agent.pid, 'SIGTERM')
  } catch {
    return false
  }
}
