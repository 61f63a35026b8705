import { array, assert, constantFrom, integer, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { Lines } from './lines.ts'

test('however a text is cut into pieces, the same lines come out, none longer than allowed', () => {
  const text = string({ unit: constantFrom('a', 'b', '\n'), maxLength: 60 })
  assert(
    property(array(text, { maxLength: 8 }), integer({ min: 1, max: 20 }), (pieces, longest) => {
      const read = (chunks: readonly string[]): string[] => {
        const out: string[] = []
        const lines = new Lines(longest, (line) => out.push(line))
        for (const chunk of chunks) lines.push(chunk)
        lines.end()
        return out
      }
      const whole = read([pieces.join('')])
      expect(read(pieces)).toEqual(whole)
      expect(whole.every((line) => line.length <= longest + ' (cut)'.length)).toBe(true)
      expect(whole.filter((line) => line !== '')).toHaveLength(
        pieces
          .join('')
          .split('\n')
          .filter((line) => line !== '').length,
      )
    }),
  )
})
