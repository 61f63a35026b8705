/**
 * What may be done to a target, as data. Steps are templates: strings may hold facts in braces (`{mark}`), from the closed
 * list below. They are shown, digested and approved as templates; `bind` fills them at the moment of acting.
 */

/** Where a step acts. A containment resolves it, or refuses it with a reason. `network` is the namespace that routes between services. */
export type Place = 'target' | 'network' | 'enclosure' | 'agent'

/** The only programs a step may start. */
export const TOOLS = ['nft', 'prlimit', 'sha256sum', 'true'] as const
export type Tool = (typeof TOOLS)[number]

export const SIGNALS = [
  'SIGTERM',
  'SIGKILL',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGSTOP',
  'SIGCONT',
  'SIGABRT',
  'SIGSEGV',
] as const
export type Signal = (typeof SIGNALS)[number]

/** The facts a template may ask for, each with what fills it. */
export const FACTS = {
  mark: 'name that only this act of this run has, usable as an nftables table name',
  leaseMs: 'how long a kernel-timed element lives without renewal, in milliseconds',
  limitSeconds: 'the longest the fault may last, in whole seconds',
  service: 'the service replica, such as worker#2',
  address: 'IPv4 address of the target',
  peerAddress: 'IPv4 address of the other end of a link',
} as const
export type Fact = keyof typeof FACTS
export type Facts = Readonly<Partial<Record<Fact, string>>>

interface Timed {
  /** After this long the step counts as failed and what it started is ended. */
  readonly deadlineMs: number
}

/** Run a tool to its end; exit status 0 is success. */
export interface ExecStep extends Timed {
  readonly do: 'exec'
  readonly in: Place
  readonly tool: Tool
  readonly args: readonly string[]
  readonly stdin?: string
}

/**
 * Signal the target's processes. Without `match` that is the service's own main process (kill) or, for SIGSTOP and SIGCONT, every process
 * of the service; with `match`, the processes whose command line the regular expression finds, as `pkill -f` does.
 */
export interface SignalStep extends Timed {
  readonly do: 'signal'
  readonly in: 'target'
  readonly signal: Signal
  readonly match?: string
  /** A second signal for what is still alive after the grace. */
  readonly then?: { readonly signal: Signal; readonly afterMs: number }
}

/** Ask the enclosure's init for a service's desired state. `restore` gives back the state that was wanted before the run touched it. */
export interface ServiceStep extends Timed {
  readonly do: 'service'
  readonly in: 'enclosure'
  readonly action: 'stop' | 'start' | 'restart' | 'restore'
}

/** Keep a child alive in the target's namespaces; its end is the undo. It dies with its holder and after `limitSeconds`. */
export interface HoldStep extends Timed {
  readonly do: 'hold'
  readonly in: 'target'
  readonly tool: Tool
  readonly args: readonly string[]
}

/** End what the same act holds. */
export interface ReleaseStep extends Timed {
  readonly do: 'release'
  readonly in: 'target'
}

export type Step = ExecStep | SignalStep | ServiceStep | HoldStep | ReleaseStep

/** Looking never changes anything: a verification is made of looks alone, by type. Looks are polled until true or their deadline. */
export type Look =
  /** Run a tool; its standard output must match, or lack, the regular expression. */
  | (Timed & {
      readonly look: 'exec'
      readonly in: Place
      readonly tool: Tool
      readonly args: readonly string[]
      readonly expect: 'matches' | 'lacks'
      readonly pattern: string
    })
  /** The processes a signal step with the same `match` would find (or, for `ended`, the ones this act signalled). */
  | (Timed & { readonly look: 'process'; readonly in: 'target'; readonly match?: string; readonly expect: 'ended' | 'stopped' | 'not-stopped' })
  /** The service runs as its desired state says. */
  | (Timed & { readonly look: 'service'; readonly in: 'enclosure'; readonly expect: 'as-desired' })
  /** The act's held children. */
  | (Timed & { readonly look: 'held'; readonly in: 'target'; readonly expect: 'alive' | 'none' })

/** What one look saw. `unknown` is never a pass. */
export interface Seen {
  readonly seen: 'yes' | 'no' | 'unknown'
  readonly detail: string
}
