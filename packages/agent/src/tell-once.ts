import type { EndCause } from '@safechaos/core'
import type { Word } from './protocol.ts'

/** Later causes change nothing; the controller hears of each once, so that its ledger names them all. */
export function tellOnce(say: (word: Word) => void): (cause: EndCause, detail: string) => void {
  const told = new Set<EndCause>()
  return (cause, detail) => {
    if (told.has(cause)) return
    told.add(cause)
    say({ word: 'also', cause, detail })
  }
}
