import type { CommandEntry } from '../command-entry.ts'
import { wrapped } from './table.ts'

/** The help of the whole program, drawn from the table of commands. The library that reads command lines is not needed for it. */
export function helpText(commands: readonly CommandEntry[], width: number): string {
  const rows = commands.map((entry) => ({ entry, term: termOf(entry) }))
  const column = Math.max(...rows.map(({ term }) => term.length)) + 4
  const groups = [...new Set(commands.map(({ group }) => group))].map((group) => {
    const lines = rows.filter(({ entry }) => entry.group === group).flatMap(({ entry, term }) => rowLines(term, entry.summary, column, width))
    return [`${group}:`, ...lines].join('\n')
  })
  return [
    'Usage: safechaos COMMAND [arguments] [options]',
    wrapped('Breaks an isolated copy of your system step by step, watches it, stops by itself, and puts everything back.', width).join('\n'),
    ...groups,
    wrapped(
      'Every command has --help and --json. First steps: safechaos doctor, safechaos init, safechaos run. The version: safechaos --version.',
      width,
    ).join('\n'),
  ].join('\n\n')
}

const termOf = ({ name, arguments: given }: CommandEntry): string => [name, ...given.map(({ syntax }) => syntax)].join(' ')

function rowLines(term: string, summary: string, column: number, width: number): string[] {
  const [first = '', ...more] = wrapped(summary, Math.max(20, width - column))
  return [`  ${term}`.padEnd(column) + first, ...more.map((line) => ' '.repeat(column) + line)]
}
