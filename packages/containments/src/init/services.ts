import { dirname } from 'node:path'
import { type PlannedTarget, replicaIds, type Service, type Stack } from '@safechaos/core'
import type { Member } from '../containment.ts'
import { Refusal } from './channel.ts'
import { Replica } from './replica.ts'
import type { ReplicaHouse } from './replica-house.ts'
import type { Spawner } from './spawner.ts'
import { pause, until } from './until.ts'

const LAST_LINES = 5
/** Beyond the time its check needs by itself. */
const HEALTHY_SLACK_MS = 15_000
const SETTLE_MS = 25

/** The stack's services: started in the order of what they depend on, ended together. */
export class Services {
  #replicas: readonly Replica[] = []
  #stack: Stack = { name: '', services: [], networks: [] }
  #phase: 'bare' | 'preparing' | 'prepared' | 'started' = 'bare'
  readonly #lastLines = new Map<string, string[]>()
  readonly #lastError = new Map<string, string>()
  readonly #run: string
  readonly #spawner: Spawner
  readonly #house: ReplicaHouse
  constructor(run: string, spawner: Spawner, says: Pick<ReplicaHouse, 'event' | 'log' | 'seen'>) {
    this.#run = run
    this.#spawner = spawner
    this.#house = {
      spawner,
      environmentOf: (service, replica) => this.#environmentOf(service, replica),
      event: says.event,
      seen: says.seen,
      log: (service, stream, line) => {
        const lines = this.#lastLines.get(service) ?? []
        this.#lastLines.set(service, [...lines.slice(1 - LAST_LINES), line])
        if (stream === 'err') this.#lastError.set(service, line)
        says.log(service, stream, line)
      },
    }
  }

  get all(): readonly Replica[] {
    return this.#replicas
  }

  /** Makes what the services will have around them, and starts none. Throws a Refusal (SC_STACK, SC_CONTAINMENT). */
  async prepare(stack: Stack, stackDir: string): Promise<Readonly<Record<string, string>>> {
    if (this.#phase !== 'bare') throw new Refusal('SC_CONTAINMENT', 'a stack was prepared already')
    this.#phase = 'preparing'
    const addresses = await this.#spawner.prepare(stack, stackDir)
    this.#stack = stack
    this.#replicas = stack.services.flatMap((service) =>
      replicaIds(service).map((id) => new Replica(service, id, addresses.get(id) ?? '', this.#house)),
    )
    this.#phase = 'prepared'
    return Object.fromEntries(addresses)
  }

  /** Starts what was prepared. Throws a Refusal (SC_STACK) that names what did not start. */
  async start(): Promise<void> {
    if (this.#phase !== 'prepared') throw new Refusal('SC_CONTAINMENT', `a stack that is ${this.#phase} cannot be started`)
    this.#phase = 'started'
    const started = new Map<string, Promise<void>>()
    for (const service of this.#stack.services) started.set(service.name, this.#startService(service, started))
    const results = await Promise.allSettled(started.values())
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    await this.#settle()
  }

  members(): Member[] {
    return this.#replicas.map((replica) => ({ ...replica.member(), end: this.#endOf(replica) }))
  }

  /** The replicas of a target; throws a Refusal (SC_CONTAINMENT) for one that does not exist. */
  of(target: PlannedTarget): readonly Replica[] {
    return target.members.map((id) => {
      const replica = this.#replicas.find((candidate) => candidate.id === id)
      if (replica === undefined) throw new Refusal('SC_CONTAINMENT', `there is no ${id} in this stack`)
      return replica
    })
  }

  /** Addresses by service, for the tap. */
  hosts(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.#stack.services.map((service) => [service.name, this.#addressesOf(service.name)]))
  }

  /** Main pids by replica, for the tap. */
  roots(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#replicas.flatMap((replica) => (replica.main === undefined ? [] : [[replica.id, replica.main.pid]])))
  }

  /** True while a process of the service is there that could print a line. */
  isAlive(service: string): boolean {
    return this.#replicas.some((replica) => replica.service.name === service && replica.canPrint)
  }

  async stopAll(graceMs: number): Promise<void> {
    // While each still has its parent, so that what comes from a service can be told.
    this.#replicas.forEach((replica) => replica.processes())
    await Promise.all(this.#replicas.map((replica) => replica.stop(graceMs)))
  }

  async restoreAll(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.restore()))
    await Promise.all(this.#replicas.filter((replica) => replica.main !== undefined).map((replica) => this.#awaitHealthy(replica)))
  }

  killAll(): void {
    for (const replica of this.#replicas) replica.kill()
  }

  async #startService(service: Service, started: ReadonlyMap<string, Promise<void>>): Promise<void> {
    // The map is filled in stack order, so what a service depends on is in it already.
    for (const { service: name } of service.dependsOn) await started.get(name)
    for (const { service: name } of service.dependsOn.filter(({ until: state }) => state === 'healthy')) {
      for (const replica of this.#replicas.filter((candidate) => candidate.service.name === name)) await this.#mustBeHealthy(replica)
    }
    const replicas = this.#replicas.filter((replica) => replica.service === service)
    await Promise.all(replicas.map((replica) => replica.start()))
    await Promise.all(replicas.map((replica) => this.#mustBeHealthy(replica)))
  }

  async #mustBeHealthy(replica: Replica): Promise<void> {
    if (await this.#awaitHealthy(replica)) return
    throw new Refusal('SC_STACK', `${replica.id} did not become healthy: it is ${replica.state}${this.#printed(replica)}`)
  }

  /** A service without a health check that cannot run at all says so at once. */
  async #settle(): Promise<void> {
    const blind = this.#replicas.filter(({ service }) => service.health === undefined)
    if (blind.length > 0) await pause(SETTLE_MS)
    const failed = blind.find((replica) => replica.failedByItself)
    if (failed !== undefined) throw new Refusal('SC_STACK', `${failed.id} ${failed.ending} right after it was started${this.#printed(failed)}`)
  }

  #endOf({ id, state, ending }: Replica): Member['end'] {
    if (state !== 'exited') return undefined
    return { how: ending, lastLine: this.#lastError.get(id) ?? this.#lastLines.get(id)?.at(-1) }
  }

  #printed(replica: Replica): string {
    return (this.#lastLines.get(replica.id) ?? []).map((line) => `\n  ${line}`).join('')
  }

  async #awaitHealthy(replica: Replica): Promise<boolean> {
    const { health, restart } = replica.service
    if (health === undefined) return true
    const within = health.startPeriodMs + health.retries * (Math.min(health.intervalMs, 1000) + health.timeoutMs) + HEALTHY_SLACK_MS
    const over = () => replica.state === 'healthy' || replica.state === 'unhealthy' || (replica.state === 'exited' && restart === 'no')
    await until(over, within, 5)
    return replica.state === 'healthy'
  }

  #environmentOf(service: Service, replica: string): Readonly<Record<string, string>> {
    const peers = this.#stack.services.filter((peer) => peer.name !== service.name && shareNetwork(peer, service))
    return {
      PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      ...Object.fromEntries(peers.map((peer) => [hostVariable(peer.name), this.#addressesOf(peer.name).join(',')])),
      HOST: this.#replicas.find((candidate) => candidate.id === replica)?.address ?? '',
      ...service.environment,
      SAFECHAOS_RUN: this.#run,
      SAFECHAOS_SERVICE: replica,
    }
  }

  #addressesOf(name: string): string[] {
    return this.#replicas.filter((replica) => replica.service.name === name).map((replica) => replica.address)
  }
}

/** `payments-api` as `PAYMENTS_API_HOST`. */
const hostVariable = (service: string): string => `${service.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_HOST`

const shareNetwork = (a: Service, b: Service): boolean =>
  (a.networks.length === 0 && b.networks.length === 0) || a.networks.some((network) => b.networks.includes(network))
