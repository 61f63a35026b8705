import { type EarlyRun, startEarly } from '@safechaos/engine'
import type { ContainmentName } from '@safechaos/core'
import { charterPath } from './lab/charter-path.ts'

const CONTAINMENTS: readonly string[] = ['sandbox', 'process'] satisfies readonly ContainmentName[]

/**
 * Starts the agent of `safechaos run` before even the library is loaded that reads command lines: its walls take longer than everything else.
 * Only for words that leave no doubt, at most a charter, a containment and `--json`; undefined for all others, and for what the command itself has to refuse.
 */
export function startAhead(words: readonly string[], cwd: string): EarlyRun | undefined {
  const named = words.indexOf('--containment')
  const containment = words[named + 1]
  if (named !== -1 && !CONTAINMENTS.includes(containment ?? '')) return undefined
  const others = words.filter((word, index) => word !== '--json' && (named === -1 || (index !== named && index !== named + 1)))
  if (others.length > 1 || others.some((word) => word.startsWith('-'))) return undefined
  try {
    return startEarly(charterPath({ arguments: others, cwd }), named === -1 ? undefined : (containment as ContainmentName))
  } catch {
    return undefined
  }
}
