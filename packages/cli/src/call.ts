import type { ExitCode } from '@safechaos/core'
import type { EarlyRun } from '@safechaos/engine'
import type { Output } from './output/output.ts'

/** What a command is called with. It decides nothing: it calls the engine or the agent, and shows what they answer. */
export interface Call {
  /** In the order of the command's table entry; those not given are undefined. */
  readonly arguments: readonly (string | undefined)[]
  /** By long name in camel case. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  readonly output: Output
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  /** Of `run`: the agent that was started for it before its words were read in full. */
  readonly ahead: EarlyRun | undefined
}

/** Does what the command is for. Throws a `SafechaosError` for what a person can mend. */
export type Act = (call: Call) => Promise<ExitCode>

/** The value of an option that takes one. */
export function textOption(call: Call, name: string): string | undefined {
  const value = call.options[name]
  return typeof value === 'string' ? value : undefined
}
