import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseYaml } from './parse-yaml.ts'

/** What is wrong with the answer to a text: it has a value beside problems, or a problem without words or place, or with something invisible. */
function unsound(text: string): string[] {
  const yaml = parseYaml(text, 'x.yaml')
  const bad = yaml.problems.filter(
    ({ message, where }) =>
      message === '' || /[\u0000-\u001f\u200b-\u200f\u202a-\u202e]/.test(message) || !where || where.line < 1 || where.column < 1,
  )
  const located = yaml.locate(['a', 0, 'b'], 'key')
  return [
    ...bad.map(({ message }) => message),
    ...(yaml.problems.length > 0 && yaml.value !== undefined ? ['a value beside problems'] : []),
    ...(located.line < 1 || located.column < 1 ? ['no place for a path'] : []),
  ]
}

test('whatever the bytes, reading gives a value or problems with places, and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(unsound(Buffer.from(bytes).toString('utf8'))).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('whatever is made of the marks of YAML, too', () => {
  const mark = fc.constantFrom(
    '- ',
    '? ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a ',
    '*a',
    '!t ',
    '|',
    '>',
    '\n',
    '  ',
    '"',
    "'",
    '#',
    '%',
    '---\n',
    '...\n',
    '<<',
    'x',
    '\t',
    '\\',
    '@',
    '`',
    '.nan',
    '\r',
    '\u2028',
    '0x',
    '1e9',
  )
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 60 }), (marks) => {
      expect(unsound(marks.join(''))).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

test('plain data written as YAML is read as the same data', () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9 _-]{0,8}$/).filter((name) => !(name in Object.prototype))
  const leaf = fc.oneof(
    fc.string({ maxLength: 20 }).filter((text) => /^[\x20-\x7e]*$/.test(text)),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((number) => number || 0),
  )
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(tree, (data) => {
      const { value, problems } = parseYaml(stringify(data), 'x.yaml')
      expect(problems).toEqual([])
      expect(value).toEqual(data)
    }),
    { numRuns: 300 },
  )
})
