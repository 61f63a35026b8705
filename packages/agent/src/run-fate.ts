import { listLocks } from './lock-file.ts'
import { listOwed } from './owed.ts'
import { fateOf } from './process-identity.ts'
import { readAgentFile } from './run-folder.ts'

export type RunFate = 'alive' | 'dead' | 'unknown'

/**
 * A run lives while any agent that is named for it does: by its own file, by a record of what it owes, or by a lock. `unknown` where that
 * cannot be told from here, or where nothing readable names an agent: whoever may live is left alone.
 */
export function fateOfRun(stateDir: string, run: string): RunFate {
  const owed = listOwed(stateDir).flatMap((file) => (file.run === run ? (file.owed ?? []) : []))
  const locks = listLocks(stateDir).filter((lock) => lock.run === run)
  const fates = [readAgentFile(stateDir, run) ?? [], owed, locks].flat().map(fateOf)
  if (fates.includes('alive')) return 'alive'
  return fates.length === 0 || fates.includes('unknown') ? 'unknown' : 'dead'
}
