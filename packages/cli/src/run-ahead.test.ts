import { expect, test } from 'vitest'
import { type Asked, parseWords } from './program.ts'
import { plainWords } from './run-ahead.ts'

async function byLibrary(words: readonly string[]): Promise<Pick<Asked, 'arguments' | 'options'> | undefined> {
  let asked: Asked | undefined
  const act = async (heard: Asked): Promise<void> => {
    asked = heard
  }
  await parseWords(['run', ...words], act, () => undefined)
  return asked && { arguments: asked.arguments, options: asked.options }
}

test.each(
  [
    [],
    ['a.yaml'],
    [''],
    ['--json'],
    ['a.yaml', '--json'],
    ['--json', 'a.yaml', '--json'],
    ['--containment', 'process'],
    ['a.yaml', '--containment', 'sandbox', '--json'],
    ['--containment', 'sandbox', 'a.yaml'],
  ].map((words) => [words]),
)('%j is read without the library, and means the same', async (words) => {
  expect(plainWords(words)).toEqual(await byLibrary(words))
})

test.each(
  [
    ['--dry-run'],
    ['--containment'],
    ['--containment', 'moon'],
    ['--containment', '--json'],
    ['--containment=process'],
    ['--containment', 'process', '--containment', 'sandbox'],
    ['a.yaml', 'b.yaml'],
    ['--', 'a.yaml'],
    ['-h'],
  ].map((words) => [words]),
)('%j is left to the library', (words) => {
  expect(plainWords(words)).toBeUndefined()
})
