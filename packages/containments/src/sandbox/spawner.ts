import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { ownPlace, type Place, replicaIds, type Service, type Stack } from '@safechaos/core'
import { Refusal } from '../init/channel.ts'
import { allPids, statOf } from '../init/proc.ts'
import { handedToShell, takingOver } from '../init/hand-over.ts'
import { runCommand } from '../init/run-command.ts'
import type { Command, InitArguments, KernelPicture, Refused, Spawner } from '../init/spawner.ts'
import type { How } from './how.ts'
import { kernelAtLeast, Layer } from './layer.ts'
import { makeNetwork, type Place as NetworkPlace, TAP_NAMESPACE, writeNames } from './network.ts'
import { inTargetArgv, serviceCommand, type Surroundings, tapArgv, wrapperEnvironment } from './service-argv.ts'
import { isWithin, programFolders } from './system-parts.ts'
import { findTool, SYSTEM_PATH } from './tools.ts'

const MOST_PROCESSES = 2048
const LOOK_WITHIN_MS = 3000

/** Walls between the services of one enclosure, made the way the enclosure itself was made. Runs in the init, inside. */
export function sandboxSpawner(args: InitArguments): Spawner {
  return new SandboxSpawner(args, process.env.SAFECHAOS_HOW === 'bubblewrap' ? 'bubblewrap' : 'unshare')
}

class SandboxSpawner implements Spawner {
  readonly noTools = undefined
  readonly #args: InitArguments
  readonly #how: How
  #around: Surroundings | undefined
  #places: ReadonlyMap<string, NetworkPlace> = new Map()
  #layer: Layer | undefined
  constructor(args: InitArguments, how: How) {
    this.#args = args
    this.#how = how
  }

  async prepare(stack: Stack, stackDir: string): Promise<ReadonlyMap<string, string>> {
    const { labDir, workDir } = this.#args
    if (!isWithin(stackDir, labDir)) throw new Refusal('SC_STACK', `the stack's folder ${stackDir} is outside the lab ${labDir}`)
    const programs = programFolders(process.execPath)
    refuseOverOurs(stack, [labDir, workDir, ...programs])
    const volumes = stack.services.flatMap((service) => service.volumes.map(({ source }) => source))
    const members = stack.services.flatMap((service) => replicaIds(service).map((id) => ({ id, networks: service.networks })))
    const [places, layer] = await Promise.all([makeNetwork(members), Layer.make(stackDir, volumes, { labDir, workDir, programs })])
    writeNames(places)
    this.#places = places
    this.#layer = layer
    this.#around = {
      how: this.#how,
      run: this.#args.run,
      labDir,
      stackDir,
      programs,
      volumes: () => layer.volumes,
      // Before Linux 5.14 this limit counted everything the user runs on the machine.
      mostProcesses: kernelAtLeast(5, 14) ? MOST_PROCESSES : undefined,
    }
    return new Map([...places].map(([id, { address }]) => [id, address]))
  }

  service(service: Service, replica: string, environment: Readonly<Record<string, string>>): Command {
    const place = this.#places.get(replica)
    if (this.#around === undefined || place === undefined) throw new Refusal('SC_STACK', `${replica} has no place yet`)
    return serviceCommand(this.#around, { service, replica, namespace: place.namespace, environment })
  }

  /** Child of process 1 of the service's PID namespace, as soon as it has lost its capabilities and runs the service's own program. */
  mainOf(_replica: string, child: number): number | undefined {
    const [first] = childrenOf(child)
    const main = first === undefined ? undefined : childrenOf(first).find((pid) => isWeak(pid))
    return main
  }

  processesOf(replica: string, child: number): readonly number[] {
    const [first] = childrenOf(child)
    const main = this.mainOf(replica, child)
    if (first === undefined || main === undefined) return []
    return [main, ...descendantsOf(first).filter((pid) => pid !== main)]
  }

  asService(_replica: string, main: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Command {
    const handed = handedToShell(environment)
    return { argv: inTargetArgv(main, takingOver(argv)), cwd: '/', environment: wrapperEnvironment(this.#args.run), handed }
  }

  inTarget(_replica: string, main: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Command {
    return { argv: inTargetArgv(main, argv), cwd: '/', environment: { ...environment, SAFECHAOS_RUN: this.#args.run } }
  }

  /** The init's own namespaces are the enclosure, and its network is the router between the services. */
  inPlace(place: Exclude<Place, 'target'>, argv: readonly string[]): Command | Refused {
    if (place === 'agent') return { refused: 'nothing in an enclosure acts outside of it' }
    return { argv: [...argv], cwd: '/', environment: { PATH: SYSTEM_PATH, LANG: 'C.UTF-8' } }
  }

  tap(argv: readonly string[], environment: Readonly<Record<string, string>>): Command {
    return { argv: tapArgv(TAP_NAMESPACE, argv), cwd: '/', environment }
  }

  async snapshot(): Promise<string> {
    return (await this.#layer?.snapshot()) ?? 'there is no stack'
  }

  async restore(): Promise<string> {
    return (await this.#layer?.restore()) ?? 'there is no stack'
  }

  async kernel(): Promise<KernelPicture> {
    const notSeen: string[] = []
    const list = async (key: string, argv: readonly string[], objects = nonEmptyLines): Promise<readonly [string, readonly string[]]> => {
      const { status, out, why, err } =
        findTool(argv[0] ?? '') === undefined
          ? missing
          : await runCommand({ argv, cwd: '/', environment: { PATH: SYSTEM_PATH, LC_ALL: 'C' } }, LOOK_WITHIN_MS)
      if (status !== 0) notSeen.push(`${key}: ${(why + err).trim().slice(0, 120)}`)
      return [key, status === 0 ? objects(out) : []]
    }
    const seen = await Promise.all([
      list('nft', ['nft', '--stateless', 'list', 'ruleset'], tablesOf),
      list('qdisc', ['tc', 'qdisc', 'show']),
      list('links', ['ip', '-oneline', 'link', 'show']),
      list('routes', ['ip', '-4', 'route', 'show', 'table', 'all']),
    ])
    return { objects: { ...Object.fromEntries(seen), mounts: mounts(), netns: readdirSync('/run/netns').sort() }, notSeen }
  }

  /** The enclosure's end is the kernel's: everything inside ends with its first process. */
  async sweep(): Promise<void> {}
}

/** Checked when the stack was read; asked again here, where the paths of this enclosure are known and mounts are made with privileges. */
function refuseOverOurs(stack: Stack, ours: readonly string[]): void {
  for (const { name, volumes } of stack.services) {
    const over = volumes.find(({ target }) => ownPlace(target, ours) !== undefined)
    if (over !== undefined) throw new Refusal('SC_STACK', `${name} mounts a volume at ${over.target}, which belongs to the enclosure`)
  }
}

const missing = { status: undefined, out: '', err: '', why: 'the tool is not installed' } as const

const nonEmptyLines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

/** One line for each table with all that is in it. */
const tablesOf = (ruleset: string): string[] => nonEmptyLines(ruleset.replaceAll(/\n(?!table )\s*/g, ' ')).map((line) => line.trim())

/** Where, what and how, without the numbers that the kernel gives to mounts. */
function mounts(): string[] {
  return nonEmptyLines(readFileSync('/proc/self/mountinfo', 'utf8'))
    .map((line) => line.split(' ').slice(3).join(' '))
    .sort()
}

function childrenOf(parent: number): number[] {
  return allPids().filter((pid) => statOf(pid)?.parent === parent)
}

function descendantsOf(root: number): number[] {
  const parents = new Map(
    allPids().flatMap((pid) => {
      const stat = statOf(pid)
      return stat === undefined ? [] : [[pid, stat.parent] as const]
    }),
  )
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent === root || (parent !== undefined && parent > 1 && isBelow(parent))
  }
  return [...parents.keys()].filter(isBelow)
}

/** What prepares a service still has capabilities, or is one of these on its way to the service's program. */
const PREPARERS = ['bwrap', 'setpriv', 'env']

function isWeak(pid: number): boolean {
  try {
    return /^CapEff:\s*0+$/m.test(readFileSync(`/proc/${pid}/status`, 'latin1')) && !PREPARERS.includes(basename(readlinkSync(`/proc/${pid}/exe`)))
  } catch {
    return false
  }
}
