import { describe, expect, test } from 'vitest'
import { harmless } from './harmless.ts'

describe('words of others', () => {
  test.each([
    ['a clear screen', 'a\u001b[2Jb'],
    ['a colour', 'a\u001b[1;31mb'],
    ['a private mode', 'a\u001b[?1049hb'],
    ['a sequence by its single C1 character', 'a\u009b2Jb'],
    ['a title', 'a\u001b]0;mine\u0007b'],
    ['the clipboard', 'a\u001b]52;c;cm0=\u001b\\b'],
    ['a title by C1 characters', 'a\u009d0;mine\u009cb'],
    ['a reset', 'a\u001bcb'],
    ['another set of characters', 'a\u001b(0b'],
    ['a return, a bell, a delete', 'a\r\u0007\u007fb'],
    ['every C1 control', `a${Array.from({ length: 32 }, (_, index) => String.fromCharCode(0x80 + index)).join('')}b`],
    ['text that reads backwards', 'a\u202e\u2066\u200f\u061cb'],
    ['the beginning of a sequence', 'ab\u001b['],
  ])('lose %s', (_, text) => {
    expect(harmless(text)).toBe('ab')
  })
  test('keep tabs and every letter, and become one line', () => {
    expect(harmless('één\t日本 🚀\nnext')).toBe('één\t日本 🚀 next')
  })
  test('that begin a title and never end it are not swallowed', () => {
    expect(harmless('\u001b]0;connection refused')).toBe('0;connection refused')
  })
  test('of a megabyte take no time that anybody sees', () => {
    for (const piece of ['\u001b', '\u001b]', '\u009d', '\u001b[', '\u001b[1', '\u009b1', '\u001b(']) {
      const from = performance.now()
      harmless(piece.repeat(500_000))
      expect(performance.now() - from).toBeLessThan(2000)
    }
  })
})
