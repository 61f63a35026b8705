import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainmentName, EndCause } from '@safechaos/core'
import type { ProcessId } from './process-identity.ts'
import { isCount, isProcessId, isText, membersOf } from './shape.ts'

/** A run's part of the state folder: `<stateDir>/runs/<run>`. */
export interface RunFolder {
  readonly folder: string
  readonly agentJson: string
  readonly chain: string
  readonly abort: string
  readonly down: string
  readonly ended: string
  readonly work: string
  /** For `up`: what `ps` and `logs` show. */
  readonly members: string
  readonly serviceLog: string
}

/** Run ids become file names, so they hold nothing that a path could mean. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
export const isRunId = (text: string): boolean => RUN_ID.test(text)

export function runFolder(stateDir: string, run: string): RunFolder {
  const folder = join(stateDir, 'runs', run)
  return {
    folder,
    agentJson: join(folder, 'agent.json'),
    chain: join(folder, 'agent.jsonl'),
    abort: join(folder, 'abort'),
    down: join(folder, 'down'),
    ended: join(folder, 'ended.json'),
    work: join(folder, 'work'),
    members: join(folder, 'members.json'),
    serviceLog: join(folder, 'services.jsonl'),
  }
}

/** What `agent.json` says. */
export interface AgentFile {
  readonly run: string
  readonly agent: ProcessId
  /** Who started it, and writes the record of the run. Absent: not known. */
  readonly controller?: ProcessId
  readonly bootId: string
  readonly labDir: string
  readonly containment: ContainmentName
  readonly detached: boolean
  readonly startedAt: number
}

/** What `ended.json` says: how the agent's part of a run ended. Written once, by the agent or by who cleaned up after it. */
export interface EndedFile {
  readonly run: string
  readonly cause: EndCause
  readonly detail: string
  readonly by: 'agent' | 'recovery'
  readonly stuck: readonly string[]
  readonly at: number
}

/** What a run's `agent.json` says; undefined if it is not there, torn, or of another run. */
export function readAgentFile(stateDir: string, run: string): AgentFile | undefined {
  const file = membersOf(readJson(runFolder(stateDir, run).agentJson))
  const sound = file?.run === run && isProcessId(file.agent) && [file.bootId, file.labDir, file.containment].every(isText) && isCount(file.startedAt)
  const known = file?.controller === undefined || isProcessId(file.controller)
  return sound && known ? (file as unknown as AgentFile) : undefined
}

/** What a run's `ended.json` says; undefined while it has not ended. */
export function readEndedFile(stateDir: string, run: string): EndedFile | undefined {
  const file = membersOf(readJson(runFolder(stateDir, run).ended))
  const sound = file?.run === run && [file.cause, file.detail].every(isText) && Array.isArray(file.stuck) && file.stuck.every(isText)
  return sound ? (file as unknown as EndedFile) : undefined
}

/** The JSON in a file that this house wrote, of a form that the caller knows; undefined if it is not there or torn. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is the caller's knowledge
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}
