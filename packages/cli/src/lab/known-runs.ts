import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { agentLives, type EndedFile, labState, namesIn, readAgentFile, readEndedFile, stateFolder } from '@safechaos/agent'
import { findLabFolder, runsFolder } from '@safechaos/engine'
import type { Call } from '../call.ts'

/** A run, or a stack that `up` holds, as its traces tell it: its part of the state folder, its evidence, or both. */
export interface KnownRun {
  readonly run: string
  readonly labDir: string
  readonly stateDir: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly live: boolean
  /** Of `up`. */
  readonly detached: boolean
  readonly containment: string | undefined
  readonly ended: EndedFile | undefined
  /** The folder of its evidence; undefined if there is none. */
  readonly runDir: string | undefined
}

/** A lab and its part of the state folder. */
export interface LabPlace {
  readonly labDir: string
  readonly stateDir: string
}

/** What makes a folder a lab. */
const MARKS = ['lab.yaml', 'stacks', '.safechaos']

/** The lab around `cwd`; undefined outside of any. */
export function labAround(cwd: string, environment: NodeJS.ProcessEnv): LabPlace | undefined {
  const labDir = findLabFolder(cwd)
  if (!MARKS.some((name) => existsSync(join(labDir, name)))) return undefined
  return { labDir, stateDir: labState(labDir, stateFolder(environment)) }
}

/** The lab around `cwd` or, outside of any, every lab that the state folder knows: an abort must not depend on where a person stands. */
export function knownLabs(cwd: string, environment: NodeJS.ProcessEnv): LabPlace[] {
  const around = labAround(cwd, environment)
  return around === undefined ? allLabs(environment) : [around]
}

/** Every lab of the state folder whose own folder is still there. Throws SC_STATE for a state folder that cannot be read: what runs there is not nothing. */
export function allLabs(environment: NodeJS.ProcessEnv): LabPlace[] {
  const labs = join(stateFolder(environment), 'labs')
  return namesIn(labs).flatMap((key) => {
    const stateDir = join(labs, key)
    for (const run of names(join(stateDir, 'runs'))) {
      const file = readAgentFile(stateDir, run)
      if (file !== undefined) return existsSync(file.labDir) ? [{ labDir: file.labDir, stateDir }] : []
    }
    return []
  })
}

/** Every run of these labs whose id begins so, oldest first. A lab keeps thousands: of those that are not meant nothing is read. */
export const knownRuns = (labs: readonly LabPlace[], beginning = ''): KnownRun[] =>
  labs.flatMap((lab) => runsOf(lab, beginning)).sort((a, b) => a.startedAt - b.startedAt)

/** Every run of the labs that a command means where it was called. */
export const runsAround = ({ cwd, environment }: Pick<Call, 'cwd' | 'environment'>): KnownRun[] => knownRuns(knownLabs(cwd, environment))

function runsOf({ labDir, stateDir }: LabPlace, beginning: string): KnownRun[] {
  const evidence = new Set(names(runsFolder(labDir)))
  const all = new Set([...evidence, ...names(join(stateDir, 'runs'))])
  const meant = [...all].filter((run) => run.startsWith(beginning))
  return meant.flatMap((run): KnownRun[] => {
    const file = readAgentFile(stateDir, run)
    const runDir = evidence.has(run) ? join(runsFolder(labDir), run) : undefined
    if (file === undefined && runDir === undefined) return []
    const ended = readEndedFile(stateDir, run)
    const startedAt = file?.startedAt ?? statSync(runDir ?? labDir).birthtimeMs
    const live = file !== undefined && agentLives(stateDir, file)
    return [{ run, labDir, stateDir, startedAt, live, detached: file?.detached ?? false, containment: file?.containment, ended, runDir }]
  })
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
