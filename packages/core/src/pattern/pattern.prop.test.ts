import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_STATES, Pattern } from './pattern.ts'

const letter = fc.constantFrom('a', 'b', '-', ' ', '1')
const atom = fc.constantFrom('a', 'b', '1', '.', '\\d', '\\w', '\\s', '\\S', '[ab]', '[^a]', '[a-b1]', '[-a]', '\\.', '-', '^', '$', '\\b', '\\B')
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{1,}', '{0}')
const isPlace = (text: string): boolean => ['^', '$', '\\b', '\\B'].includes(text)
const { pattern } = fc.letrec<{ pattern: string; sequence: string; part: string }>((tie) => ({
  pattern: fc.oneof(
    { weight: 3, arbitrary: tie('sequence') },
    fc.tuple(tie('sequence'), tie('sequence')).map((both) => both.join('|')),
  ),
  sequence: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { maxDepth: 2 },
    fc.tuple(atom, quantifier).map(([one, times]) => (isPlace(one) ? one : one + times)),
    fc.tuple(fc.constantFrom('(', '(?:'), tie('pattern'), quantifier).map(([open, inner, times]) => `${open}${inner})${times}`),
  ),
}))

test('finds what a regular expression of JavaScript finds', () => {
  fc.assert(
    fc.property(
      pattern,
      fc.array(letter, { maxLength: 10 }).map((letters) => letters.join('')),
      (text, line) => {
        let ours: Pattern
        try {
          ours = Pattern.of(text)
        } catch (error) {
          expect((error as Error).message).toContain('too large')
          return
        }
        expect(ours.test(line), `/${text}/ in ${JSON.stringify(line)}`).toBe(new RegExp(text).test(line))
      },
    ),
    { numRuns: 3000 },
  )
})

test('refuses every text that JavaScript refuses', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab(){}[]|*+?^$\\.,1-:'.split('')), maxLength: 8 }), (text) => {
      let refused = false
      try {
        RegExp(text)
      } catch {
        refused = true
      }
      if (refused) expect(() => Pattern.of(text)).toThrow()
    }),
    { numRuns: 3000 },
  )
})

describe('no line, however it was chosen, takes long', () => {
  const line = (text: string): string => text.repeat(8192).slice(0, 8192)
  test.each([
    ['nested repetition', '(a+)+b$', line('a')],
    ['overlapping choices', '(a|a|aa)*b$', line('a')],
    ['many repetitions side by side', `${'.*'.repeat(60)}x$`, line('a')],
    ['many repetitions of one thing', `${'a*'.repeat(70)}b`, line('a')],
    ['an optional part in a loop', '(a?a?a?a?a?)*b', line('a')],
    ['a loop around nothing', '((a*)*)*b', line('a')],
    ['all states at once', `${'a?'.repeat(60)}${'a'.repeat(60)}b`, line('a')],
    ['counted repetitions', '(a{1,10}){1,10}b', line('a')],
  ])('%s', (_, text, hostile) => {
    const pattern = Pattern.of(text)
    const began = performance.now()
    expect(pattern.test(hostile)).toBe(false)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test.each([
    ['(a)\\1', 'reference'],
    ['(?=a)b', 'looks ahead'],
    ['(?<name>a)', 'has a name'],
    ['((a{100}){100}){100}', `more than ${MOST_STATES}`],
    ['a{300}b', `more than ${MOST_STATES}`],
    ['a**', 'nothing to repeat'],
    ['(a', 'not closed'],
    ['[a', 'not closed'],
    ['a\\', 'backslash'],
  ])('%s is refused, with the reason', (text, why) => {
    expect(() => Pattern.of(text)).toThrow(why)
  })
})
