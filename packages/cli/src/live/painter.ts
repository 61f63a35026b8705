/** The part of a terminal that is needed. */
export interface Terminal {
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(text: string): unknown
}

const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'

/** Draws a block of lines in place, over what it drew before; nothing scrolls away. The cursor comes back with `leave`, and at the latest when the process exits. */
export class Painter {
  readonly #terminal: Terminal
  readonly #show: () => void
  #height = 0
  #width = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#show = () => void terminal.write(SHOW)
    process.once('exit', this.#show)
    terminal.write(HIDE)
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#terminal.columns || 80, rows: this.#terminal.rows || 24 }
  }

  /** Lines must be narrower than the terminal, and fewer than its rows. */
  draw(lines: readonly string[]): void {
    const { columns } = this.size
    // A terminal that became narrower has wrapped the old lines: nobody knows where the block began.
    const start = columns < this.#width ? '\u001b[2J\u001b[H' : this.#height > 0 ? `\r\u001b[${this.#height}A` : '\r'
    this.#terminal.write(`${start}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`)
    this.#height = lines.length
    this.#width = columns
  }

  /** Ends the drawing; with `keep`, what was drawn last stays on the screen. */
  leave(keep: boolean): void {
    if (!keep && this.#height > 0) this.#terminal.write(`\r\u001b[${this.#height}A\u001b[J`)
    this.#terminal.write(SHOW)
    process.removeListener('exit', this.#show)
  }
}
