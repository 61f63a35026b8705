import { SafechaosError } from '@safechaos/core'
import type { Act } from '../call.ts'
import type { CommandEntry } from '../command-entry.ts'
import { bashScript, fishScript, zshScript } from '../output/completion-scripts.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
const SOURCES = {
  bash: 'source <(safechaos completion bash)',
  zsh: 'source <(safechaos completion zsh)',
  fish: 'safechaos completion fish | source',
} as const

/** Prints the script for these commands; how to use it stands in its first line. The table is handed in, since it names this file. */
export const completionOf =
  (commands: readonly CommandEntry[]): Act =>
  async ({ arguments: [shell = ''], output }) => {
    if (!Object.hasOwn(SCRIPTS, shell))
      throw new SafechaosError({ code: 'SC_USAGE', message: `no completion for "${shell}"`, hint: 'choose bash, zsh or fish' })
    const name = shell as keyof typeof SCRIPTS
    const script = `# to use it now and in every new shell, add to its start-up file: ${SOURCES[name]}\n${SCRIPTS[name](commands)}`
    output.give({ shell: name, script })
    output.say(script.trimEnd())
    return 0
  }
