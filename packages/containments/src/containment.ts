import type { CheckLine, Facts, Look, Need, PlannedTarget, Residue, Seen, SignalSpec, LoadSpec, Stack, Step, Wall } from '@safechaos/core'

/**
 * A way to isolate a stack. It knows how to open, look and execute; it knows nothing of faults and asks for no fault by name.
 * A new containment is one folder with this shape and one line in `all.ts`.
 */
export interface Containment {
  readonly name: 'sandbox' | 'process'
  /** What a person must know that is not isolated here, in sentences. Empty for a whole wall. */
  readonly weaker: readonly string[]
  readonly offers: readonly Need[]
  /** Tries it, really, under a time-out: opens and closes a bare enclosure. Never concludes from the presence of a file. */
  probe(): Promise<Probe>
  /**
   * Makes the walls and an init that waits inside them; starts no service. Cheap enough to do before the charter is read.
   * The caller has written down durably that `workDir` and whatever carries `run` is owed before it calls.
   * Everything opened here dies with the calling process. Throws SC_CONTAINMENT.
   */
  launch(request: LaunchRequest): Promise<Enclosure>
}

export interface Probe {
  readonly works: boolean
  /** How: "bubblewrap 0.8.0", "unshare". */
  readonly how: string
  readonly detail: string
  /** What to install or set, if that would help. */
  readonly advice: string | undefined
  readonly ms: number
  /** Each need, tried inside the opened enclosure. */
  readonly needs: readonly { readonly need: Need; readonly works: boolean; readonly detail: string }[]
}

export interface LaunchRequest {
  /** The run's id. Every process of the enclosure has it as SAFECHAOS_RUN. */
  readonly run: string
  /** Shown read-only inside. */
  readonly labDir: string
  /** A fresh folder of this run alone, for overlay and snapshots. */
  readonly workDir: string
  /** The init undoes by itself what is armed when it has heard no `beat` for this long. */
  readonly deafAfterMs: number
  /** Descriptor of this process that the tap writes its samples to. */
  readonly tapFd: number | undefined
  /** Receives the init's own words; a file that is open for appending. */
  readonly logFd: number
}

/** Enough to know later, from outside and without trusting a pid alone, whether the enclosure is still the same one. */
export interface EnclosureIdentity {
  readonly containment: 'sandbox' | 'process'
  readonly run: string
  readonly bootId: string
  readonly initPid: number
  /** Field 22 of /proc/PID/stat. */
  readonly initStart: string
  /** Inode of the init's PID namespace. */
  readonly pidNamespace: string
  readonly workDir: string
}

/** A service replica that is there now. */
export interface Member {
  readonly id: string
  readonly service: string
  readonly state: 'starting' | 'up' | 'healthy' | 'unhealthy' | 'exited' | 'stopped'
  readonly restarts: number
  /** In the enclosure's PID namespace. */
  readonly pid: number | undefined
  readonly address: string
  /** How its last process ended, and the last line it printed; undefined while it runs, and before it ever did. */
  readonly end?: { readonly how: string; readonly lastLine: string | undefined } | undefined
  readonly commandLines: readonly { readonly pid: number; readonly commandLine: string }[]
}

export type StepResult =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly code: 'SC_STEP' | 'SC_UNREACHABLE' | 'SC_TARGET_MOVED' | 'SC_FLOOR'; readonly detail: string }

/** What happens inside, as it happens. */
export type EnclosureEvent =
  | {
      readonly event: 'service'
      readonly at: number
      readonly service: string
      readonly state: 'starting' | 'up' | 'healthy' | 'unhealthy' | 'exited'
      readonly detail: string
    }
  | { readonly event: 'log'; readonly at: number; readonly service: string; readonly stream: 'out' | 'err'; readonly line: string }
  /** The init was deaf for too long and undid these acts by itself. */
  | { readonly event: 'self-undone'; readonly at: number; readonly acts: readonly string[] }
  /** The enclosure ended and nobody asked for it. */
  | { readonly event: 'ended'; readonly at: number; readonly detail: string }

/** What the tap is told: a process inside the enclosure's network that makes load and reads signals. It is never a target. */
export interface TapConfig {
  readonly load: LoadSpec | undefined
  readonly signals: readonly SignalSpec[]
  /** Sent with every request as `x-safechaos-run`. */
  readonly run: string
}

export interface Enclosure {
  readonly identity: EnclosureIdentity
  /** Makes what the stack's services will have around them (networks, a writable layer) and starts none of them. Once. Throws SC_STACK, SC_CONTAINMENT. */
  prepare(stack: Stack, stackDir: string): Promise<void>
  /** Starts the services of the prepared stack in order and waits until each is up (healthy, where it has a check). Throws SC_STACK, SC_CONTAINMENT. */
  start(): Promise<void>
  members(): Promise<readonly Member[]>
  facts(target: PlannedTarget): Facts
  /** Gives the init the bound undo of an act before it is injected, for the case that we go deaf or hang. */
  arm(act: string, target: PlannedTarget, undo: readonly Step[]): Promise<void>
  /**
   * Executes one bound step of an act. Expected failures are values. The first step of its armed undo ends the act: what still runs of it is
   * interrupted and waited for, and from then on nothing but that undo is executed.
   */
  run(act: string, target: PlannedTarget, step: Step): Promise<StepResult>
  /** Polls one bound look until it is seen or its deadline passes. Changes nothing. */
  look(act: string, target: PlannedTarget, look: Look): Promise<Seen>
  /** The act is verified gone. */
  disarm(act: string): Promise<void>
  /** We are alive. */
  beat(): void
  tap(config: TapConfig): Promise<void>
  /** Tries each wall from inside by a hostile program. */
  walls(): Promise<readonly Wall[]>
  /** Services frozen, their writable layer copied, thawed. */
  snapshot(): Promise<string>
  /** Services stopped, the copy swapped in, started. */
  restore(): Promise<string>
  /** Compares the kernel objects and services inside with what was there before the first act. */
  residue(): Promise<Residue>
  /** Disk, clock and whatever else this containment can know to be unfit; each line is shown in preflight. */
  fitness(): Promise<readonly CheckLine[]>
  on(listener: (event: EnclosureEvent) => void): void
  /** Ends everything inside and waits until it is gone; removes `workDir`. Idempotent. */
  close(): Promise<void>
}
