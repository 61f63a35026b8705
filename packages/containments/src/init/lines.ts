/** Cuts a stream of text into lines; a line beyond `longest` characters is cut, with a word about it. */
export class Lines {
  #rest = ''
  #skipping = false
  readonly #longest: number
  readonly #each: (line: string) => void
  constructor(longest: number, each: (line: string) => void) {
    this.#longest = longest
    this.#each = each
  }

  push(text: string): void {
    const parts = (this.#rest + text).split('\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) {
      if (this.#skipping) this.#skipping = false
      else this.#give(part)
    }
    if (this.#rest.length <= this.#longest) return
    if (!this.#skipping) this.#give(this.#rest)
    this.#skipping = true
    this.#rest = ''
  }

  /** Gives what is left without a line end. */
  end(): void {
    if (this.#rest !== '' && !this.#skipping) this.#give(this.#rest)
    this.#rest = ''
  }

  #give(line: string): void {
    this.#each(line.length > this.#longest ? `${line.slice(0, this.#longest)} (cut)` : line)
  }
}

/** Lets through so many a second; what it holds back is counted, and said when the next second begins. */
export class Throttle {
  #second = 0
  #given = 0
  #heldBack = 0
  readonly #perSecond: number
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** `skipped`: how many were held back in the second that ended with this call. */
  admit(now: number): { readonly pass: boolean; readonly skipped: number } {
    const second = Math.floor(now / 1000)
    let skipped = 0
    if (second !== this.#second) {
      skipped = this.#heldBack
      this.#second = second
      this.#given = 0
      this.#heldBack = 0
    }
    const pass = this.#given < this.#perSecond
    if (pass) this.#given += 1
    else this.#heldBack += 1
    return { pass, skipped }
  }
}
