import type { Place, Service, Stack } from '@safechaos/core'

/** A program ready to start. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** What it reads on the descriptor HANDED (hand-over.ts): variables that only what comes last may have. */
  readonly handed?: string
}

/** A place that this containment does not reach, with the reason. */
export interface Refused {
  readonly refused: string
}

/** What the kernel holds inside the enclosure that a fault could leave behind. */
export interface KernelPicture {
  /** By residue key (`nft`, `qdisc`, `mounts`, `netns`, …): one line for each object, without anything that changes by itself, such as counters. */
  readonly objects: Readonly<Record<string, readonly string[]>>
  /** What could not be read. */
  readonly notSeen: readonly string[]
}

/**
 * The part of the init that differs between `sandbox` and `process`: how a service gets behind its walls, and how a step gets to it.
 * One object for one enclosure. All pids are those of the init's own PID namespace. `process/spawner.ts` and `sandbox/spawner.ts` make them.
 */
export interface Spawner {
  /** Why no tool (exec, hold) runs here; undefined where they do. */
  readonly noTools: string | undefined
  /** Makes networks, mounts and folders for the stack. Called once, before the first service; gives the IPv4 address of each replica (`worker#2`). */
  prepare(stack: Stack, stackDir: string): Promise<ReadonlyMap<string, string>>
  /** How to start a replica's main process. What is started may be a wrapper that ends with it, with its code (or 128 + signal). */
  service(service: Service, replica: string, environment: Readonly<Record<string, string>>): Command
  /** The replica's main process, given the child that was started for it; undefined while it is not there yet, or gone. */
  mainOf(replica: string, child: number): number | undefined
  /** Every process of the replica that a step may hit, the main one first; never a wrapper of ours, which is beyond a hard floor. */
  processesOf(replica: string, child: number): readonly number[]
  /** How to run `argv` in the namespaces of a running replica, as the service itself would: a health check. Ends when the init ends. */
  asService(replica: string, main: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Command | Refused
  /** The same for a tool of ours: `environment` is nothing that a stack can say. */
  inTarget(replica: string, main: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Command | Refused
  /** How to run `argv` where `place` is, for the places that belong to no replica. */
  inPlace(place: Exclude<Place, 'target'>, argv: readonly string[]): Command | Refused
  /** How to start the tap: inside the enclosure's network, with a view of its processes. */
  tap(argv: readonly string[], environment: Readonly<Record<string, string>>): Command
  /** Copies the services' writable layer; every service is frozen meanwhile. Returns what was copied, in words. */
  snapshot(): Promise<string>
  /** Swaps the copy in; no service runs meanwhile. */
  restore(): Promise<string>
  kernel(): Promise<KernelPicture>
  /** Ends what would outlive the init, if there is such a thing. Called last, after the services were killed. */
  sweep(): Promise<void>
}

/** What the launcher hands to the init, as JSON in its first argument. */
export interface InitArguments {
  readonly containment: 'sandbox' | 'process'
  readonly run: string
  readonly labDir: string
  readonly workDir: string
  readonly deafAfterMs: number
  /** Descriptor in the init's own process that the tap's samples go to. */
  readonly tapFd: number | undefined
}
