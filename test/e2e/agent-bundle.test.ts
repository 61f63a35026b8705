import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildIfStale } from '../../scripts/build.ts'

const DIST = join(import.meta.dirname, '../../packages/cli/dist')

/** The files of a bundle that may be loaded with it, each with its text. */
function filesOf(program: string): Map<string, string> {
  const texts = new Map<string, string>()
  const waiting = [program]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (texts.has(file)) continue
    const text = readFileSync(join(DIST, file), 'utf8')
    texts.set(file, text)
    waiting.push(...[...text.matchAll(/require\("\.\/([^"]+\.cjs)"\)/g)].map(([, name = '']) => name))
  }
  return texts
}

const withLibraries = (program: string): string[] =>
  [...filesOf(program)].flatMap(([file, text]) => (text.includes('\n// node_modules/') ? [file] : []))

test('agent, init and reaper carry none of the libraries that the command line reads charters with', () => {
  buildIfStale()
  for (const program of ['agent.cjs', 'init.cjs', 'reaper.cjs']) expect(withLibraries(program)).toEqual([])
  // Or a bundle that no longer names its sources would pass.
  expect(withLibraries('cli.cjs')).not.toEqual([])
})
