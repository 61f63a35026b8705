import type { RunView } from '../run/run-view.ts'

/** Why it cannot be said that what ran is what was planned; undefined if it can, or if nothing was opened. */
export function filesGap({ opened, changedFiles }: Pick<RunView, 'opened' | 'changedFiles'>): string | undefined {
  if (opened === undefined) return undefined
  if (changedFiles === undefined) return "nobody looked whether the stack's files changed during the run"
  return changedFiles.length === 0 ? undefined : `the stack's files changed during the run: ${changedFiles.join(', ')}`
}
