import type { Read } from '../charter/path-problem.ts'
import { shown } from '../charter/shown.ts'
import { nearNames } from '../near.ts'
import { Findings, isMapping, type Mapping } from './findings.ts'
import { interpolate } from './interpolate.ts'
import { readService } from './read-service.ts'
import type { Service, Stack } from './stack.ts'
import { startOrder } from './start-order.ts'

const MOST_REPLICAS = 200

export interface StackContext {
  /** The default of `name`. */
  readonly folderName: string
  /** The variables of the lab's own `.env`, and nothing else. */
  readonly variables: ReadonlyMap<string, string>
}

/** Reads a parsed Compose document. Pure; never throws; every key that is not understood is refused, never ignored. */
export function readStack(document: unknown, context: StackContext): Read<Stack> {
  const findings = new Findings()
  const filled = interpolate(document, context.variables, findings)
  const compose = findings.mapping(filled ?? {}, [])
  if (compose === undefined) return { ok: false, problems: findings.problems }
  findings.onlyKeys(compose, [], ['name', 'services', 'networks'], {
    version: 'the Compose specification has no version any more; delete the line',
    volumes: 'named volumes are not possible; mount a folder of the stack',
    include: 'write all services into one file',
    secrets: 'no secrets reach an enclosure; use environment: with made-up values',
    configs: 'mount a folder of the stack',
  })
  const declared = readNetworks(compose.networks, findings)
  const services = readServices(compose.services, findings)
  checkNetworks(services, declared, findings)
  const allRead = isMapping(compose.services) && services.length === Object.keys(compose.services).length
  const ordered = allRead ? startOrder(services, findings) : services
  const name = readName(compose.name, context, findings)
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems }
  return { ok: true, value: { name, services: ordered, networks: [...new Set([...declared, ...services.flatMap((service) => service.networks)])] } }
}

function readName(value: unknown, { folderName }: StackContext, findings: Findings): string {
  if (value === undefined) return folderName
  if (typeof value === 'string' && /^[a-z0-9][a-z0-9_-]{0,62}$/.test(value)) return value
  findings.refuse(['name'], `${shown(value)}: a name has lower-case letters, digits, dash and underscore`)
  return folderName
}

function readNetworks(value: unknown, findings: Findings): string[] {
  if (value === undefined) return []
  const networks: Mapping = findings.mapping(value, ['networks']) ?? {}
  for (const [name, settings] of Object.entries(networks)) {
    const path = ['networks', name]
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) findings.refuseKey(path, `${shown(name)} is not the name of a network`)
    if (settings === null) continue
    if (isMapping(settings)) findings.onlyKeys(settings, path, ['internal'], { external: 'a network of the machine would lead out of the enclosure' })
    else findings.refuse(path, `${shown(settings)}: expected nothing, or a mapping`)
  }
  return Object.keys(networks)
}

function readServices(value: unknown, findings: Findings): Service[] {
  const entries = Object.entries(value === undefined ? {} : (findings.mapping(value, ['services']) ?? {}))
  if (entries.length === 0) findings.refuse(['services'], 'the stack has no services')
  const services = entries.flatMap(([name, service]) => {
    const path = ['services', name]
    const why = badName(name)
    if (why !== undefined) findings.refuseKey(path, `${shown(name)} is not the name of a service`, why)
    return readService(name, service, path, findings) ?? []
  })
  const replicas = services.reduce((sum, service) => sum + service.replicas, 0)
  if (replicas > MOST_REPLICAS) findings.refuse(['services'], `${replicas} replicas in all; at most ${MOST_REPLICAS} are possible`)
  return services
}

/** Names are host names: URLs fold them to lower case, and digits and dots alone would be an address. */
function badName(name: string): string | undefined {
  if (name === 'localhost') return 'localhost means the service itself'
  if (/^[0-9.]+$/.test(name)) return 'a name of digits alone would be an address'
  return /^[a-z0-9][a-z0-9_.-]{0,62}$/.test(name) ? undefined : 'lower-case letters, digits, dot, dash and underscore are possible'
}

function checkNetworks(services: readonly Service[], declared: readonly string[], findings: Findings): void {
  const known = [...declared, 'default']
  for (const service of services) {
    for (const network of service.networks.filter((name) => !known.includes(name))) {
      const near = nearNames(network, known)[0]
      findings.refuse(
        ['services', service.name, 'networks'],
        `${service.name} is on the network ${shown(network)}, which networks: does not name`,
        near === undefined ? `add it under networks:` : `did you mean ${near}?`,
      )
    }
  }
}
