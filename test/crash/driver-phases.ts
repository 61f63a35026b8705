import type { ContainmentName } from '@safechaos/core'

/** Where the controller may be killed, in the order of a run. `injecting` and `reverting` are asked for and not awaited. */
export const PHASES = ['launched', 'prepared', 'opened', 'injecting', 'injected', 'renewed', 'reverting', 'reverted', 'closing'] as const
export type Phase = (typeof PHASES)[number]

export interface DriverArguments {
  readonly run: string
  readonly charter: string
  readonly containment: ContainmentName
  readonly stateDir: string
  /** Stand still here; without it, go on to the end. */
  readonly stopAt?: Phase
  /** Crash point of the agent, and the signal that it sends this process there instead of killing itself. */
  readonly crashAt?: string
  readonly signal?: 'SIGKILL' | 'SIGSTOP'
  /** Die at once when the agent is gone. */
  readonly dieWithAgent: boolean
}
