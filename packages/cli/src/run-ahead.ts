import { startEarly } from '@safechaos/engine'
import type { ContainmentName } from '@safechaos/core'
import type { Call } from './call.ts'
import { charterPath } from './lab/charter-path.ts'

const CONTAINMENTS: readonly string[] = ['sandbox', 'process'] satisfies readonly ContainmentName[]

interface RunWords {
  readonly arguments: Call['arguments']
  readonly options: { readonly containment?: ContainmentName; readonly json?: boolean }
}

/** Starts the agent of `safechaos run` without the library that reads command lines; undefined for what the command itself has to read or refuse. */
export function startAhead(words: readonly string[], cwd: string): (RunWords & Pick<Call, 'ahead'>) | undefined {
  const read = plainWords(words)
  if (read === undefined) return undefined
  try {
    return { ...read, ahead: startEarly(charterPath({ arguments: read.arguments, cwd }), read.options.containment) }
  } catch {
    return undefined
  }
}

/** Words that leave no doubt: at most a charter, a containment and `--json`. They mean what the library says that they mean. */
export function plainWords(words: readonly string[]): RunWords | undefined {
  const named = words.indexOf('--containment')
  const containment = words[named + 1]
  if (named !== -1 && !CONTAINMENTS.includes(containment ?? '')) return undefined
  const others = words.filter((word, index) => word !== '--json' && (named === -1 || (index !== named && index !== named + 1)))
  if (others.length > 1 || others.some((word) => word.startsWith('-'))) return undefined
  return {
    arguments: [others[0]],
    options: {
      ...(named === -1 ? {} : { containment: containment as ContainmentName }),
      ...(words.includes('--json') ? { json: true } : {}),
    },
  }
}
