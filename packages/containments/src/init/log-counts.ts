import type { LogCount, SignalSpec } from '@safechaos/core'

/** Counts, by log signal, the lines that are printed; here and not from the evidence, where lines of a flood are left out. */
export class LogCounts {
  readonly #entries: readonly { readonly name: string; readonly service: string; readonly text: string; lines: number }[]
  constructor(signals: readonly SignalSpec[]) {
    this.#entries = signals.flatMap((signal) =>
      signal.from === 'logs' ? [{ name: signal.name, service: signal.service, text: signal.text, lines: 0 }] : [],
    )
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  seen(service: string, line: string): void {
    for (const entry of this.#entries) if (entry.service === service && line.includes(entry.text)) entry.lines += 1
  }

  now(isAlive: (service: string) => boolean): Readonly<Record<string, LogCount>> {
    return Object.fromEntries(this.#entries.map(({ name, service, lines }) => [name, { lines, alive: isAlive(service) }]))
  }
}
