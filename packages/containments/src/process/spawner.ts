import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { replicaIds, type Service, type Stack } from '@safechaos/core'
import { Refusal } from '../init/channel.ts'
import { handedToShell, takingOver } from '../init/hand-over.ts'
import { commandLineOf, isDead, statOf } from '../init/proc.ts'
import { killQuietly } from '../init/kill-quietly.ts'
import { everyPid, killGroups } from '../init/process-groups.ts'
import type { Command, InitArguments, KernelPicture, Refused, Spawner } from '../init/spawner.ts'
import { pause } from '../init/until.ts'
import { addressesOf } from './addresses.ts'
import { endWithParent } from './end-with-parent.ts'
import { Kin } from './kin.ts'
import { findMarked, isMarked } from './marked.ts'
import { StackCopy } from './stack-copy.ts'
import { withPath } from './with-path.ts'

const NO_TOOLS = 'in `process` there is no network and no namespace that belongs to the run alone, so that no tool may act here; choose sandbox'
/** Stands in the command line of a service until it is the service's own program. */
const TAKES_OVER = takingOver([]).slice(0, 3).join(' ')
/** Each replica needs a last octet of its own. */
const MOST_REPLICAS = 250
const SWEEP_WITHIN_MS = 1000
const LOOK_AGAIN_MS = 5
/** So many looks in a row must find nothing. */
const QUIET_LOOKS = 2
const LOOK_EVERY_MS = 250

/** No walls: services are plain processes with a session, an address and a private copy of the stack's folder of their own. */
export function processSpawner(args: InitArguments): Spawner {
  return new ProcessSpawner(args)
}

class ProcessSpawner implements Spawner {
  readonly noTools = NO_TOOLS
  readonly #run: string
  readonly #labDir: string
  readonly #workDir: string
  readonly #began = Number(statOf(process.pid)?.start ?? 0)
  readonly #prefix: readonly string[] = dieWithParent()
  readonly #kin = new Kin()
  #copy: StackCopy | undefined
  #services: ReadonlyMap<string, Service> = new Map()
  constructor({ run, labDir, workDir }: InitArguments) {
    this.#run = run
    this.#labDir = labDir
    this.#workDir = workDir
  }

  async prepare(stack: Stack, stackDir: string): Promise<ReadonlyMap<string, string>> {
    const replicas = stack.services.flatMap(replicaIds)
    if (replicas.length > MOST_REPLICAS)
      throw new Refusal('SC_STACK', `${replicas.length} replicas are more than the ${MOST_REPLICAS} that \`process\` has addresses for`)
    this.#copy = new StackCopy(this.#labDir, stackDir, this.#workDir, (argv) => this.#tool(argv))
    await this.#copy.make()
    for (const { source } of stack.services.flatMap(({ volumes }) => volumes)) await mkdir(join(this.#copy.stackDir, source), { recursive: true })
    this.#services = new Map(stack.services.flatMap((service) => replicaIds(service).map((id) => [id, service])))
    setInterval(() => this.#kin.look(), LOOK_EVERY_MS).unref()
    return addressesOf(this.#run, replicas)
  }

  /** A tool of ours, which may what this process may: it ends with the init, and is found by whoever looks for what a run has left. */
  #tool(argv: readonly string[]): Command {
    return { argv: [...endWithParent('KILL'), ...argv], cwd: '/', environment: { PATH: '/usr/bin:/bin', SAFECHAOS_RUN: this.#run } }
  }

  service(service: Service, replica: string, environment: Readonly<Record<string, string>>): Command {
    return this.#command(service, service.command, environment, { SAFECHAOS_SERVICE: replica })
  }

  /** Not before it is the service's own program. For a moment between two programs it has no command line at all. */
  mainOf(replica: string, child: number): number | undefined {
    this.#kin.add(replica, child)
    const line = commandLineOf(child)
    return line === '' || line.includes(TAKES_OVER) ? undefined : child
  }

  /** By environment, and by descent and session for what has another one. */
  processesOf(replica: string, child: number): readonly number[] {
    const marked = findMarked([`SAFECHAOS_RUN=${this.#run}`, `SAFECHAOS_SERVICE=${replica}`], this.#began)
    const all = new Set([...marked, ...this.#kin.of(replica)])
    return all.delete(child) ? [child, ...all] : [...all]
  }

  asService(replica: string, _main: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Command | Refused {
    const service = this.#services.get(replica)
    // Only the run's mark: what looks at a replica is no process of the replica.
    const { SAFECHAOS_SERVICE: _, ...others } = environment
    return service === undefined ? { refused: `there is no ${replica}` } : this.#command(service, argv, others)
  }

  inTarget(replica: string, main: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Command | Refused {
    return this.asService(replica, main, argv, { ...environment, SAFECHAOS_RUN: this.#run })
  }

  inPlace(): Refused {
    return { refused: NO_TOOLS }
  }

  tap(argv: readonly string[], environment: Readonly<Record<string, string>>): Command {
    return { argv: [...this.#prefix, ...argv], cwd: this.#workDir, environment }
  }

  async snapshot(): Promise<string> {
    return (await this.#copy?.snapshot()) ?? 'there is no stack'
  }

  async restore(): Promise<string> {
    return (await this.#copy?.restore()) ?? 'there is no stack'
  }

  /** No step of this containment touches a kernel object. */
  async kernel(): Promise<KernelPicture> {
    return { objects: {}, notSeen: [] }
  }

  /** Everything that carries the run's mark or comes from what did, until none is left. */
  async sweep(): Promise<void> {
    const end = performance.now() + SWEEP_WITHIN_MS
    for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < end; await pause(LOOK_AGAIN_MS)) {
      const left = this.#left()
      for (const pid of left.keys()) killQuietly(pid, 'SIGKILL')
      await killGroups(new Set(left.values()), (pid) => left.has(pid) || this.#carriesRun(pid))
      quiet = left.size === 0 ? quiet + 1 : 0
    }
  }

  /** Process groups by pid. */
  #left(): ReadonlyMap<number, number> {
    const kin = new Set(this.#kin.of())
    const left = new Map<number, number>()
    for (const pid of everyPid()) {
      const stat = statOf(pid)
      if (stat !== undefined && !isDead(stat) && (kin.has(pid) || this.#carriesRun(pid))) left.set(pid, stat.group)
    }
    return left
  }

  #carriesRun(pid: number): boolean {
    return isMarked(pid, [`SAFECHAOS_RUN=${this.#run}`], this.#began)
  }

  /** Volumes cannot be mounted here, so their paths are put in wherever a service is told of them. */
  #command(service: Service, argv: readonly string[], environment: Command['environment'], marks: Command['environment'] = {}): Command {
    const stackDir = this.#copy?.stackDir ?? this.#workDir
    const place = (text: string) => service.volumes.reduce((done, { source, target }) => withPath(done, target, join(stackDir, source)), text)
    const placed = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, name === 'PATH' ? value : place(value)]))
    return {
      argv: [...this.#prefix, ...takingOver(argv.map(place))],
      cwd: join(stackDir, service.cwd),
      environment: { PATH: '/usr/bin:/bin', SAFECHAOS_RUN: this.#run, ...marks },
      handed: handedToShell(placed),
    }
  }
}

/** Ends with the init, and gains no privileges that would break that promise. Started by root, it keeps none of root's either. */
function dieWithParent(): readonly string[] {
  const noCapabilities = process.getuid?.() === 0 ? ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'] : []
  return endWithParent('KILL', '--no-new-privs', ...noCapabilities)
}
