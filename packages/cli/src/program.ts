import { SafechaosError } from '@safechaos/core'
import { Command, CommanderError, type OutputConfiguration } from 'commander'
import type { CommandEntry } from './command-entry.ts'
import { COMMANDS } from './command-table.ts'

/** What the words of a command line ask for. */
export interface Asked {
  readonly entry: CommandEntry
  readonly arguments: readonly (string | undefined)[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
}

/**
 * Reads the words by commander, and calls `act` for the command that they ask for; `print` gets the help of a command.
 * Throws SC_USAGE with the nearest command as hint, and whatever `act` throws.
 */
export async function parseWords(words: readonly string[], act: (asked: Asked) => Promise<void>, print: (text: string) => void): Promise<void> {
  const silent: OutputConfiguration = { writeOut: print, writeErr: () => undefined, outputError: () => undefined }
  const program = new Command('safechaos').exitOverride().configureOutput(silent).helpOption('-h, --help', 'print help').helpCommand(false)
  const meant = COMMANDS.filter(({ name }) => name.split(' ')[0] === words[0])
  for (const entry of meant.length > 0 ? meant : COMMANDS) addCommand(program, entry, act)
  try {
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw usageError(error, words, meant)
  }
}

function addCommand(program: Command, entry: CommandEntry, act: (asked: Asked) => Promise<void>): void {
  const words = entry.name.split(' ')
  const name = words.pop() ?? ''
  const parent = words.reduce((command, word) => command.commands.find((child) => child.name() === word) ?? command.command(word), program)
  const command = parent.command(name).description(entry.summary)
  for (const { syntax, about } of entry.arguments) command.argument(syntax, about)
  for (const { flags, about } of entry.options) command.option(flags, about)
  command.option('--json', 'answer in JSON, and with nothing else')
  command.action((...given: unknown[]) =>
    act({
      entry,
      arguments: given.slice(0, entry.arguments.length) as (string | undefined)[],
      options: command.opts<Record<string, string | boolean | undefined>>(),
    }),
  )
}

/** Commander's words as a problem of ours. */
function usageError(error: CommanderError, words: readonly string[], meant: readonly CommandEntry[]): SafechaosError {
  const code = 'SC_USAGE'
  if (error.code === 'commander.help') {
    return new SafechaosError({ code, message: `\`safechaos ${words[0]}\` needs a second word`, hint: `run \`safechaos ${words[0]} --help\`` })
  }
  const help = helpOf(words, meant)
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n')
  const nearest = /Did you mean (?:one of )?(.+)\?/.exec(suggestion)?.[1]
  return new SafechaosError({
    code,
    message,
    hint:
      nearest === undefined
        ? `run \`${help}\``
        : `did you mean ${nearest}? \`${help}\` lists every ${nearest.startsWith('-') ? 'option' : 'command'}`,
  })
}

/** What to type for the help of the command that is meant, as far as it is known. */
function helpOf(words: readonly string[], meant: readonly CommandEntry[]): string {
  if (meant.length === 0) return 'safechaos --help'
  const whole = meant.find(({ name }) => name.split(' ').every((word, index) => word === words[index]))
  return `safechaos ${whole?.name ?? words[0]} --help`
}
