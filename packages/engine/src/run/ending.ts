import type { EndCause } from '@safechaos/core'

/** Why a run ends: the first cause wins and is kept, the later ones are told too, and whoever waits for the end wakes at once. */
export class Ending {
  #cause: EndCause | undefined
  readonly #tell: (cause: EndCause, detail: string, first: boolean) => void
  readonly #wake = new AbortController()
  #stop: AbortController | undefined

  constructor(tell: (cause: EndCause, detail: string, first: boolean) => void) {
    this.#tell = tell
  }

  /** The first cause; undefined while there is none. */
  get cause(): EndCause | undefined {
    return this.#cause
  }

  /** Aborts with the first cause. */
  get signal(): AbortSignal {
    return this.#wake.signal
  }

  /** Aborts when a person stops the run from now on, also when it is ending already. */
  nextStop(): AbortSignal {
    this.#stop = new AbortController()
    return this.#stop.signal
  }

  because(cause: EndCause, detail: string): void {
    const first = this.#cause === undefined
    this.#cause ??= cause
    this.#tell(cause, detail, first)
    this.#wake.abort()
    if (cause === 'operator') this.#stop?.abort()
  }
}
