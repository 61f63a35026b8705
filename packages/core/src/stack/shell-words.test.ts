import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitWords } from './shell-words.ts'

const words = (text: string) => {
  const split = splitWords(text)
  return split.ok ? split.words : split.message
}

test('a command is split as a shell splits words', () => {
  expect(words('node  server.mjs')).toEqual(['node', 'server.mjs'])
  expect(words(`a 'b c' "d \\" e" f\\ g ""`)).toEqual(['a', 'b c', 'd " e', 'f g', ''])
  expect(words(`x'y'"z"`)).toEqual(['xyz'])
  expect(words(`'a|b' "c;d"`)).toEqual(['a|b', 'c;d'])
  expect(words('echo $HOME *')).toEqual(['echo', '$HOME', '*'])
})

test('what only a shell could do is refused, never passed on as text', () => {
  for (const text of ['a | b', 'a && b', 'a > f', 'a; b', 'a `b`', 'a $(b)']) expect(words(text)).toContain('needs a shell')
  expect(words("a 'b")).toContain('not closed')
  expect(words('a \\')).toContain('backslash')
  expect(words('  ')).toContain('empty')
})

test('words in single quotes come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (list) => {
      const text = list.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
      expect(words(text)).toEqual(list)
    }),
  )
})
