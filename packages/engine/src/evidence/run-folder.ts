import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, SafechaosError } from '@safechaos/core'
import { type LinesWritten, type LineWriter, lineWriter } from './line-writer.ts'

/** Every file of a run folder, with what it holds. */
export const RUN_FILES = {
  'charter.yaml': 'the charter as it was read, byte for byte',
  'plan.json': 'the plan and its digest',
  'ledger.db': 'the record of the run: SQLite, a hash chain',
  'ledger.jsonl': 'the same records, one canonical JSON line each',
  'samples.jsonl': 'every sample of load and signals',
  'logs.jsonl': 'what the services wrote',
  'residue.json': 'what was looked at after the run, and what was found',
  'report.json': 'the report as data',
  'report.html': 'the report for people',
  'report.md': 'the report in short',
  'postmortem.md': 'facts filled in, questions left for people',
} as const
export type RunFile = keyof typeof RUN_FILES

/** The folder that a run leaves: `<lab>/.safechaos/runs/<run>/`. It can be read without Safechaos. */
export interface RunFolder {
  readonly dir: string
  readonly samples: LineWriter
  readonly logs: LineWriter
  path(file: RunFile): string
  /** Writes a file whole and durably: a reader sees the old one, the new one, or none. Throws SC_LEDGER. */
  write(file: RunFile, text: string): void
  /** Ends the streams and makes all durable. Never throws: gaps are in the answer. Idempotent. */
  close(): Promise<{ readonly samples: LinesWritten; readonly logs: LinesWritten }>
}

/** Where the run folders of a lab are. */
export const runsFolder = (labDir: string): string => join(labDir, '.safechaos', 'runs')

/** Makes the folder of all runs. Throws SC_LEDGER. */
export function makeRunsFolder(labDir: string): void {
  const dir = runsFolder(labDir)
  attempt(dir, () => mkdirSync(dir, { recursive: true }))
}

/** Makes the folder of a new run. Throws SC_LEDGER when it is there already or cannot be made. */
export function openRunFolder(labDir: string, run: string): RunFolder {
  makeRunsFolder(labDir)
  const dir = join(runsFolder(labDir), run)
  attempt(dir, () => mkdirSync(dir))
  return runFolderAt(dir)
}

/** A run folder that is there already. */
export function runFolderAt(dir: string): RunFolder {
  const path = (file: RunFile): string => join(dir, file)
  const samples = lineWriter(path('samples.jsonl'))
  const logs = lineWriter(path('logs.jsonl'))
  return {
    dir,
    samples,
    logs,
    path,
    write: (file, text) => attempt(path(file), () => replaceFile(path(file), text, dir)),
    close: async () => {
      const [samplesWritten, logsWritten] = await Promise.all([samples.close(), logs.close()])
      return { samples: samplesWritten, logs: logsWritten }
    },
  }
}

function replaceFile(path: string, text: string, dir: string): void {
  const draft = `${path}.draft`
  writeFileSync(draft, text, { mode: 0o644, flush: true })
  renameSync(draft, path)
  const folder = openSync(dir, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function attempt(path: string, act: () => void): void {
  try {
    act()
  } catch (cause) {
    throw new SafechaosError({ code: 'SC_LEDGER', message: `${path} cannot be written: ${messageOf(cause)}` }, { cause })
  }
}
