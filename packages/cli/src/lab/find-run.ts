import { SafechaosError } from '@safechaos/core'
import type { KnownRun } from './known-runs.ts'

/** What a run must be to be meant. */
export interface Wanted {
  /** `live run`, `run with evidence`: for the words of a refusal. */
  readonly noun: string
  readonly is: (run: KnownRun) => boolean
}

export const WITH_EVIDENCE: Wanted = { noun: 'run with evidence', is: ({ runDir }) => runDir !== undefined }
export const LIVE: Wanted = { noun: 'running experiment', is: ({ live, detached }) => live && !detached }

/** The run that a person means: its full id, the beginning of its id if only one has it, or `last`. `runs` are oldest first. Throws SC_NO_RUN, SC_USAGE. */
export function findRun(reference: string, runs: readonly KnownRun[], wanted: Wanted): KnownRun {
  const fit = runs.filter(wanted.is)
  const exact = fit.find(({ run }) => run === reference)
  const found = reference === 'last' ? fit.slice(-1) : exact === undefined ? fit.filter(({ run }) => run.startsWith(reference)) : [exact]
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (found.length > 1) {
    throw new SafechaosError({
      code: 'SC_USAGE',
      message: `"${reference}" is the beginning of ${found.length} runs: ${found.map(({ run }) => run).join(', ')}`,
      hint: 'write more of the id',
    })
  }
  const known = fit.slice(-3).map(({ run }) => run)
  throw new SafechaosError({
    code: 'SC_NO_RUN',
    message: reference === 'last' ? `there is no ${wanted.noun} here` : `there is no ${wanted.noun} "${reference}"`,
    ...(known.length === 0 ? {} : { hint: `the latest: ${known.join(', ')}; \`safechaos status\` shows more` }),
  })
}

/** Without a reference, the only one there is. Throws SC_NO_RUN, SC_USAGE. */
export function onlyRun(runs: readonly KnownRun[], wanted: Wanted): KnownRun {
  const fit = runs.filter(wanted.is)
  if (fit.length > 1) {
    throw new SafechaosError({
      code: 'SC_USAGE',
      message: `there are ${fit.length}: ${fit.map(({ run }) => run).join(', ')}`,
      hint: 'name the one you mean',
    })
  }
  return findRun('last', runs, wanted)
}
