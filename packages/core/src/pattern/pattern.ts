import { type CodeSet, isWord, type Node, parsePattern, PatternError } from './parse-pattern.ts'

/** Most places that a pattern may be at, at once: with the length of a line it bounds the time of a match. */
export const MOST_STATES = 300

type State =
  | { readonly do: 'take'; readonly of: CodeSet; readonly to: number }
  | { readonly do: 'pass'; readonly if: 'start' | 'end' | 'word-edge' | 'no-word-edge' | undefined; readonly to: readonly number[] }
  | { readonly do: 'match' }

/**
 * A regular expression whose matching takes at most as many steps as the text has characters, times its own states: it goes through the
 * text once and follows every way at the same time, where JavaScript's own would try one after the other, for ever if it is led to.
 */
export class Pattern {
  readonly #states: readonly State[]
  readonly #start: number
  private constructor(states: readonly State[], start: number) {
    this.#states = states
    this.#start = start
  }

  /** Throws a PatternError that says why a text is no pattern. */
  static of(text: string): Pattern {
    const node = parsePattern(text)
    if (sizeOf(node) > MOST_STATES) throw new PatternError(`it is too large: its counted repetitions make more than ${MOST_STATES} parts`)
    const states: State[] = [{ do: 'match' }]
    return new Pattern(states, build(node, 0, states))
  }

  /** Whether it is found anywhere in the text. */
  test(text: string): boolean {
    const seen = new Int32Array(this.#states.length).fill(-1)
    let here: number[] = []
    for (let at = 0; at <= text.length; at += 1) {
      const ways = [...here, this.#start]
      const takes: number[] = []
      for (let state = ways.pop(); state !== undefined; state = ways.pop()) {
        if (seen[state] === at) continue
        seen[state] = at
        const found = this.#states[state]
        if (found?.do === 'match') return true
        if (found?.do === 'take') takes.push(state)
        else if (found?.do === 'pass' && isAt(found.if, text, at)) ways.push(...found.to)
      }
      const code = text.charCodeAt(at)
      here = takes.flatMap((state) => {
        const take = this.#states[state]
        return take?.do === 'take' && at < text.length && take.of(code) ? [take.to] : []
      })
    }
    return false
  }
}

function isAt(place: Extract<State, { do: 'pass' }>['if'], text: string, at: number): boolean {
  if (place === undefined) return true
  if (place === 'start') return at === 0
  if (place === 'end') return at === text.length
  const edge = (at > 0 && isWord(text.charCodeAt(at - 1))) !== (at < text.length && isWord(text.charCodeAt(at)))
  return edge === (place === 'word-edge')
}

/** How many states `build` would make, known without making them. */
function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'one':
    case 'at':
      return 1
    case 'all':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0)
    case 'any':
      return node.choices.reduce((sum, choice) => sum + sizeOf(choice), 1)
    case 'repeat':
      return (sizeOf(node.part) + 1) * Math.max(1, Number.isFinite(node.most) ? node.most : node.least + 1)
  }
}

/** Adds the states of a node that goes on to `to`; gives back where it begins. */
function build(node: Node, to: number, states: State[]): number {
  const add = (state: State): number => states.push(state) - 1
  switch (node.kind) {
    case 'one':
      return add({ do: 'take', of: node.of, to })
    case 'at':
      return add({ do: 'pass', if: node.place, to: [to] })
    case 'all':
      return node.parts.reduceRight((next, part) => build(part, next, states), to)
    case 'any':
      return add({ do: 'pass', if: undefined, to: node.choices.map((choice) => build(choice, to, states)) })
    case 'repeat': {
      let next = to
      if (node.most === Infinity) {
        const loop: number[] = [to]
        next = add({ do: 'pass', if: undefined, to: loop })
        loop.push(build(node.part, next, states))
      } else
        for (let more = node.least; more < node.most; more += 1) next = add({ do: 'pass', if: undefined, to: [to, build(node.part, next, states)] })
      for (let again = 0; again < node.least; again += 1) next = build(node.part, next, states)
      return next
    }
  }
}
