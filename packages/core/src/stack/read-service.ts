import { shown } from '../charter/shown.ts'
import { type Findings, isMapping, type Mapping, type Path } from './findings.ts'
import { pathInside } from './folder-path.ts'
import { readDependsOn, readHealth } from './read-health.ts'
import { readVolumes } from './read-volumes.ts'
import { splitWords } from './shell-words.ts'
import type { Service } from './stack.ts'

/** The keys of a service that are understood. */
export const SERVICE_KEYS = [
  'image',
  'command',
  'environment',
  'depends_on',
  'healthcheck',
  'restart',
  'deploy',
  'networks',
  'volumes',
  'ports',
  'x-safechaos',
] as const

const WALL = 'it would lead out of the enclosure; leave it out'
const NOT_BUILT = 'nothing is built here; give command: or x-safechaos: { local: { command, cwd } }'

/** Keys that are refused with a reason of their own. */
const REFUSED: Readonly<Record<string, string>> = {
  privileged: WALL,
  devices: WALL,
  device_cgroup_rules: WALL,
  cap_add: WALL,
  security_opt: WALL,
  network_mode: WALL,
  pid: WALL,
  ipc: WALL,
  uts: WALL,
  userns_mode: WALL,
  cgroup: WALL,
  cgroup_parent: WALL,
  volumes_from: WALL,
  sysctls: WALL,
  extra_hosts: WALL,
  external_links: WALL,
  build: NOT_BUILT,
  entrypoint: 'write the whole command line in command:',
  env_file: 'write the variables in environment:; ${NAME} is filled from the .env of the lab',
  scale: 'write deploy: { replicas: N }',
  working_dir: 'write x-safechaos: { local: { command, cwd } }',
}

/** One service in normal form; undefined if it has no command that could run here. */
export function readService(name: string, value: unknown, path: Path, findings: Findings): Service | undefined {
  const service = findings.mapping(value ?? {}, path)
  if (service === undefined) return undefined
  findings.onlyKeys(service, path, SERVICE_KEYS, REFUSED)
  const run = readCommand(name, service, path, findings)
  const rest = {
    replicas: readReplicas(service.deploy, [...path, 'deploy'], findings),
    environment: readEnvironment(service.environment, [...path, 'environment'], findings),
    dependsOn: readDependsOn(service.depends_on, [...path, 'depends_on'], findings),
    health: readHealth(service.healthcheck, [...path, 'healthcheck'], findings),
    restart: readRestart(service.restart, [...path, 'restart'], findings),
    networks: readNetworks(service.networks, [...path, 'networks'], findings),
    volumes: readVolumes(service.volumes, [...path, 'volumes'], findings),
    ports: readPorts(service.ports, [...path, 'ports'], findings),
  }
  return run && { name, ...run, ...rest }
}

function readCommand(name: string, service: Mapping, path: Path, findings: Findings): Pick<Service, 'command' | 'cwd'> | undefined {
  if (service['x-safechaos'] !== undefined) return readLocal(service['x-safechaos'], [...path, 'x-safechaos'], findings)
  if (service.command === undefined) {
    const has = service.image === undefined ? 'has no command' : 'has image: but no local command'
    return findings.refuse(
      path,
      `${name} ${has}`,
      'add x-safechaos: { local: { command: … } }, or command:; images need a containment for containers',
    )
  }
  const command = readWords(service.command, [...path, 'command'], findings)
  return command && { command, cwd: '.' }
}

/** How a service that is given as an image runs without one. */
function readLocal(value: unknown, path: Path, findings: Findings): Pick<Service, 'command' | 'cwd'> | undefined {
  const extension = findings.mapping(value, path)
  if (extension === undefined) return undefined
  findings.onlyKeys(extension, path, ['local'])
  const at = [...path, 'local']
  const local = findings.mapping(extension.local, at)
  if (local === undefined) return undefined
  findings.onlyKeys(local, at, ['command', 'cwd'])
  const command = readWords(local.command, [...at, 'command'], findings)
  const folder = local.cwd === undefined ? '.' : findings.text(local.cwd, [...at, 'cwd'])
  const cwd = folder === undefined ? undefined : pathInside(folder)
  if (folder !== undefined && cwd === undefined)
    findings.refuse([...at, 'cwd'], `${shown(folder)} is outside the stack's folder`, 'write a folder inside it')
  return command && cwd !== undefined ? { command, cwd } : undefined
}

function readWords(value: unknown, path: Path, findings: Findings): readonly string[] | undefined {
  if (typeof value === 'string') {
    const split = splitWords(value)
    return split.ok ? split.words : findings.refuse(path, `${shown(value)}: ${split.message}`)
  }
  if (!Array.isArray(value) || value.length === 0) return findings.refuse(path, `${shown(value)}: expected a command, as a text or a list`)
  const words = value.map((word, index) => findings.text(word, [...path, index]) ?? '')
  return words[0] === '' ? findings.refuse([...path, 0], 'the command is empty') : words
}

function readReplicas(value: unknown, path: Path, findings: Findings): number {
  if (value === undefined) return 1
  const deploy = findings.mapping(value, path)
  if (deploy === undefined) return 1
  findings.onlyKeys(deploy, path, ['replicas'], { resources: 'memory and CPU are not bounded here; leave it out' })
  return deploy.replicas === undefined ? 1 : (findings.integer(deploy.replicas, [...path, 'replicas'], 1, 100) ?? 1)
}

function readEnvironment(value: unknown, path: Path, findings: Findings): Record<string, string> {
  if (value === undefined) return {}
  const pairs: [string, unknown, Path][] = Array.isArray(value)
    ? value.map((item, index) => pairOf(String(item), [...path, index]))
    : Object.entries(findings.mapping(value, path) ?? {}).map(([name, member]) => [name, member, [...path, name]])
  const environment: Record<string, string> = {}
  for (const [name, member, at] of pairs) {
    if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,199}$/.test(name) || name in Object.prototype)
      findings.refuse(at, `${shown(name)} is not the name of a variable`)
    else if (member === null || member === undefined)
      findings.refuse(at, `${name} has no value`, 'write one; the environment of whoever runs this is never read')
    else if (typeof member === 'object') findings.refuse(at, `${shown(member)}: expected a text`)
    else if (String(member as string | number | boolean).includes('\0')) findings.refuse(at, `${name} holds a NUL character`)
    else environment[name] = String(member as string | number | boolean)
  }
  return environment
}

function pairOf(item: string, path: Path): [string, string | undefined, Path] {
  const equals = item.indexOf('=')
  return equals < 0 ? [item, undefined, path] : [item.slice(0, equals), item.slice(equals + 1), path]
}

const RESTARTS: Readonly<Record<string, Service['restart']>> = { no: 'no', always: 'always', 'on-failure': 'on-failure', 'unless-stopped': 'always' }

function readRestart(value: unknown, path: Path, findings: Findings): Service['restart'] {
  const restart =
    value === undefined || value === false ? 'no' : typeof value === 'string' && Object.hasOwn(RESTARTS, value) ? RESTARTS[value] : undefined
  if (restart !== undefined) return restart
  findings.refuse(path, `${shown(value)}: expected one of ${Object.keys(RESTARTS).join(', ')}`)
  return 'no'
}

function readNetworks(value: unknown, path: Path, findings: Findings): string[] {
  if (value === undefined) return ['default']
  if (Array.isArray(value)) return [...new Set(value.flatMap((item, index) => findings.text(item, [...path, index]) ?? []))]
  const mapping = findings.mapping(value, path) ?? {}
  for (const [name, settings] of Object.entries(mapping)) {
    if (settings !== null && !(isMapping(settings) && Object.keys(settings).length === 0))
      findings.refuse([...path, name], 'settings of a network are not possible here', 'write only its name')
  }
  return Object.keys(mapping)
}

function readPorts(value: unknown, path: Path, findings: Findings): number[] {
  if (value === undefined) return []
  const ports = (findings.list(value, path) ?? []).flatMap((item, index) => {
    const at = [...path, index]
    if (isMapping(item)) {
      findings.onlyKeys(item, at, ['target', 'published', 'protocol', 'name'])
      return findings.integer(item.target, [...at, 'target'], 1, 65_535) ?? []
    }
    const inside = String(item)
      .replace(/\/tcp$/, '')
      .split(':')
      .at(-1)
    return findings.integer(inside, at, 1, 65_535) ?? []
  })
  return [...new Set(ports)]
}
