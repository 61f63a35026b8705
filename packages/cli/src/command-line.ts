import type { ExitCode } from '@safechaos/core'
import manifest from '../package.json' with { type: 'json' }
import { COMMANDS } from './command-table.ts'
import { helpText } from './output/help-text.ts'
import { makeOutput, type Sink } from './output/output.ts'
import type { Asked } from './program.ts'

/** The world around one command line. */
export interface Surroundings {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly environment: NodeJS.ProcessEnv
  readonly cwd: string
}

const HELP = ['--help', '-h', 'help']
const VERSION = ['--version', '-V']
const WIDTH = 80

/**
 * Runs the command that the words (without `node` and the script) ask for. Never throws: what goes wrong is printed, and is in the exit code.
 * Everything but help and version is loaded when it is needed.
 */
export async function runCommandLine(words: readonly string[], around: Surroundings): Promise<ExitCode> {
  const [first = '--help'] = words
  if (words.length <= 1 && HELP.includes(first)) return print(around, helpText(COMMANDS, Math.min(around.stdout.columns || WIDTH, 100)))
  if (words.length === 1 && VERSION.includes(first)) return print(around, manifest.version)
  try {
    return await runCommand(words, around)
  } catch (error) {
    const { failureDocument, failureOf, failureText } = await import('./output/problems.ts')
    const failure = failureOf(error)
    if (words.includes('--json')) makeOutput(around.stdout, around.environment, true).record(failureDocument(failure))
    else around.stderr.write(`${failureText(failure)}\n`)
    return failure.exit
  }
}

async function runCommand(words: readonly string[], { stdout, stderr, environment, cwd }: Surroundings): Promise<ExitCode> {
  const around = (json: boolean) => ({ output: makeOutput(stdout, environment, json, stderr), cwd, environment })
  const run = words[0] === 'run' ? (await import('./run-ahead.ts')).startAhead(words.slice(1), cwd) : undefined
  if (run !== undefined) return (await import('./commands/run.ts')).act({ ...run, ...around(run.options.json === true) })
  let exit: ExitCode = 0
  const act = async ({ entry, arguments: given, options }: Asked): Promise<void> => {
    const command = await entry.load()
    exit = await command.act({ arguments: given, options, ahead: undefined, ...around(options.json === true) })
  }
  const { parseWords } = await import('./program.ts')
  await parseWords(words, act, (text) => stdout.write(text))
  return exit
}

function print({ stdout }: Surroundings, text: string): ExitCode {
  stdout.write(`${text}\n`)
  return 0
}
