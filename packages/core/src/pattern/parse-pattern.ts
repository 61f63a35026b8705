/** Whether a UTF-16 code unit is one of a set. */
export type CodeSet = (code: number) => boolean

export type Node =
  | { readonly kind: 'one'; readonly of: CodeSet }
  | { readonly kind: 'at'; readonly place: 'start' | 'end' | 'word-edge' | 'no-word-edge' }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'any'; readonly choices: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }

/** Why a text is no pattern, or none that can be matched in bounded time. */
export class PatternError extends Error {}

export const isWord: CodeSet = (code) => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isDigit: CodeSet = (code) => code >= 48 && code <= 57
const isSpace: CodeSet = (code) => /\s/.test(String.fromCharCode(code))
const isLineEnd: CodeSet = (code) => code === 10 || code === 13 || code === 0x2028 || code === 0x2029
const not =
  (set: CodeSet): CodeSet =>
  (code) =>
    !set(code)
const just =
  (wanted: number): CodeSet =>
  (code) =>
    code === wanted

const SETS: Readonly<Record<string, CodeSet>> = { d: isDigit, D: not(isDigit), w: isWord, W: not(isWord), s: isSpace, S: not(isSpace) }
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }
const REPEATS: Readonly<Record<string, readonly [number, number]>> = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }
const COUNTED = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/

/**
 * Reads a regular expression as JavaScript writes it, without what no matcher can bound: back references and looking around. Throws a
 * PatternError that says why a text is none.
 */
export function parsePattern(text: string): Node {
  return new Parser(text).whole()
}

class Parser {
  readonly #text: string
  #at = 0
  constructor(text: string) {
    this.#text = text
  }

  whole(): Node {
    const node = this.#choices()
    if (this.#at < this.#text.length) throw new PatternError(`")" at ${this.#at + 1} closes nothing`)
    return node
  }

  #choices(): Node {
    const choices = [this.#sequence()]
    while (this.#take('|')) choices.push(this.#sequence())
    return { kind: 'any', choices }
  }

  #sequence(): Node {
    const parts: Node[] = []
    while (this.#at < this.#text.length && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated())
    return { kind: 'all', parts }
  }

  #repeated(): Node {
    const from = this.#at
    const part = this.#atom()
    const found = this.#repeat()
    if (found === undefined) return part
    if (part.kind === 'at') throw new PatternError(`there is nothing to repeat at ${from + 1}`)
    const [least, most] = found
    if (least > most) throw new PatternError(`the numbers in braces after ${from + 1} are out of order`)
    // Lazy or not decides what is captured, never whether something matches.
    this.#take('?')
    if (this.#repeat() !== undefined) throw new PatternError(`there is nothing to repeat at ${this.#at}`)
    return { kind: 'repeat', part, least, most }
  }

  #repeat(): readonly [number, number] | undefined {
    const simple = REPEATS[this.#peek()]
    if (simple !== undefined) {
      this.#at += 1
      return simple
    }
    const counted = COUNTED.exec(this.#text.slice(this.#at))
    if (counted === null) return undefined
    const [all, least, comma, most] = counted
    this.#at += all.length
    return [Number(least), comma === undefined ? Number(least) : most === undefined ? Infinity : Number(most)]
  }

  #atom(): Node {
    if (this.#repeatBegins()) throw new PatternError(`there is nothing to repeat at ${this.#at + 1}`)
    const char = this.#next()
    switch (char) {
      case '^':
        return { kind: 'at', place: 'start' }
      case '$':
        return { kind: 'at', place: 'end' }
      case '.':
        return { kind: 'one', of: not(isLineEnd) }
      case '(':
        return this.#group()
      case '[':
        return { kind: 'one', of: this.#class() }
      case '\\':
        return this.#escape()
      default:
        return { kind: 'one', of: just(char.charCodeAt(0)) }
    }
  }

  #repeatBegins(): boolean {
    return this.#peek() in REPEATS || COUNTED.test(this.#text.slice(this.#at))
  }

  #group(): Node {
    if (this.#peek() === '?' && !this.#text.startsWith('?:', this.#at))
      throw new PatternError(`a group at ${this.#at} that looks ahead or behind, or has a name, is not possible`)
    if (this.#take('?')) this.#take(':')
    const node = this.#choices()
    if (!this.#take(')')) throw new PatternError('a group is not closed')
    return node
  }

  #escape(): Node {
    if (this.#take('b')) return { kind: 'at', place: 'word-edge' }
    if (this.#take('B')) return { kind: 'at', place: 'no-word-edge' }
    const of = this.#escaped()
    return { kind: 'one', of: typeof of === 'number' ? just(of) : of }
  }

  /** What follows a backslash: a set, or the code of a single character. */
  #escaped(): CodeSet | number {
    const char = this.#next()
    const code = SETS[char] ?? CONTROLS[char]
    if (code !== undefined) return code
    if (/[0-9k]/.test(char)) throw new PatternError(`a reference to a group (\\${char}) cannot be matched in bounded time`)
    if (/[A-Za-z]/.test(char)) throw new PatternError(`\\${char} is not known`)
    return char.charCodeAt(0)
  }

  #class(): CodeSet {
    const none = this.#take('^')
    const sets: CodeSet[] = []
    while (!this.#take(']')) {
      const first = this.#classMember()
      if (this.#peek() !== '-' || this.#text[this.#at + 1] === ']') {
        sets.push(typeof first === 'number' ? just(first) : first)
        continue
      }
      this.#at += 1
      const last = this.#classMember()
      if (typeof first !== 'number' || typeof last !== 'number' || first > last)
        throw new PatternError(`the range that ends at ${this.#at} has no order`)
      sets.push((code) => code >= first && code <= last)
    }
    return (code) => sets.some((set) => set(code)) !== none
  }

  #classMember(): CodeSet | number {
    if (this.#at >= this.#text.length) throw new PatternError('a class is not closed')
    const char = this.#next()
    if (char !== '\\') return char.charCodeAt(0)
    return this.#take('b') ? 8 : this.#escaped()
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #next(): string {
    const char = this.#text[this.#at]
    if (char === undefined) throw new PatternError('it ends with a backslash')
    this.#at += 1
    return char
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at += 1
    return true
  }
}
