import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BEYOND, type Beyond, isBeyond } from '../gate/gate.ts'
import { limitSource, parseLimit } from './gate-limit.ts'

const parsed = (text: string, unit: string) => {
  const result = parseLimit(text, unit)
  return result.ok ? [result.breach, result.limit] : `${result.message} (${result.hint})`
}

describe('the limit of a gate', () => {
  test('has a sign, a number and a unit that fits', () => {
    expect(parsed('> 5%', 'ratio')).toEqual(['above', 0.05])
    expect(parsed('>0.05', 'ratio')).toEqual(['above', 0.05])
    expect(parsed('< 95%', 'ratio')).toEqual(['below', 0.95])
    expect(parsed('>= 3', '')).toEqual(['at-or-above', 3])
    expect(parsed('<= 3', 'cores')).toEqual(['at-or-below', 3])
    expect(parsed('> 300ms', 'ms')).toEqual(['above', 300])
    expect(parsed('> 1.5s', 'ms')).toEqual(['above', 1500])
    expect(parsed('> 300ms', 's')).toEqual(['above', 0.3])
    expect(parsed('> 10', 's')).toEqual(['above', 10])
    expect(parsed('< 20/s', '/s')).toEqual(['below', 20])
    expect(parsed('> 1KiB', 'bytes')).toEqual(['above', 1024])
    expect(parsed('> 5%', '%')).toEqual(['above', 5])
  })

  test('is refused with the bad text and an example', () => {
    expect(parsed('5%', 'ratio')).toBe('"5%" is not a limit (write a sign and a number, for example "> 5%")')
    expect(parsed('> 300', 'ms')).toBe('"> 300" has no unit (write for example "> 300ms")')
    expect(parsed('> 300ms', 'ratio')).toBe('"> 300ms" is not in ratio (write for example "> 5%")')
    expect(parsed('> 5', 'ratio')).toContain('outside 0 to 1')
    expect(parsed('> 150%', 'ratio')).toContain('outside 0 to 1')
    for (const text of ['> NaN', '> Infinity', '> -', '>> 5', '> 1e999', '> 0x10', '', '> 5 %%%%%%%%%%%%%%%%%%%%%%%'])
      expect(typeof parsed(text, '')).toBe('string')
  })

  test('printed and parsed again is the same limit, whatever the number', () => {
    const limit = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
    const breach = fc.constantFrom(...(Object.keys(BEYOND) as Beyond[]))
    fc.assert(
      fc.property(breach, limit, fc.constantFrom('ms', 's', 'bytes', '', '/s'), (direction, number, unit) => {
        const plain = number === 0 ? 0 : number
        fc.pre(Math.abs(plain) >= 1e-15 || plain === 0)
        expect(parseLimit(limitSource({ breach: direction, limit: plain, unit }), unit)).toEqual({ ok: true, breach: direction, limit: plain })
      }),
    )
    fc.assert(
      fc.property(breach, fc.double({ noNaN: true, min: 1e-9, max: 1 }), (direction, ratio) => {
        expect(parseLimit(limitSource({ breach: direction, limit: ratio, unit: 'ratio' }), 'ratio')).toEqual({
          ok: true,
          breach: direction,
          limit: ratio,
        })
      }),
    )
  })

  test('is passed by NaN in every direction: what cannot be compared is never green', () => {
    for (const breach of Object.keys(BEYOND) as Beyond[]) expect(isBeyond({ breach, limit: 1 }, Number.NaN)).toBe(true)
    expect([isBeyond({ breach: 'above', limit: 1 }, 1), isBeyond({ breach: 'at-or-above', limit: 1 }, 1)]).toEqual([false, true])
  })
})
