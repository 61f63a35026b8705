import { writeFileSync } from 'node:fs'
import type { Command } from '../init/spawner.ts'
import { Refusal } from '../init/channel.ts'
import { runCommand } from '../init/run-command.ts'
import { SYSTEM_PATH } from './tools.ts'

/** A replica that needs an address, and the Compose networks it is on. */
export interface NetworkMember {
  readonly id: string
  readonly networks: readonly string[]
}

/** The file that enters a replica's network namespace. */
export interface Place {
  readonly address: string
  readonly namespace: string
}

export const TAP_NAMESPACE = '/run/netns/tap'

const ROUTER = '10.77.0.1'
const TAP = '10.77.0.2'
const MOST_REPLICAS = 1000
const WITHIN_MS = 10_000
/** Route tables of ours; the kernel's own are above 252 or 0. */
const FIRST_TABLE = 1000

/**
 * One network namespace for each replica and one for the tap, each with a cable to this namespace, which routes between them. Two replicas
 * reach each other when they share a Compose network, and the tap reaches all. There is no way out: nothing here leads to the host.
 */
export async function makeNetwork(members: readonly NetworkMember[]): Promise<ReadonlyMap<string, Place>> {
  if (members.length > MOST_REPLICAS) throw new Refusal('SC_STACK', `${members.length} replicas are more than ${MOST_REPLICAS}`)
  const cables = cablesOf(members)
  const input = [routerBatch(cables), ...cables.map(cableBatch)]
  // One shell for all: the router's side first, then every namespace at the same time.
  const script = `set -e
${WRITABLE_SYSCTL}
echo 1 >/proc/sys/net/ipv4/ip_forward
${NO_USER_NAMESPACES}
printf %s "$1" | ip -batch -
shift
for batch in "$@"; do
  printf %s "\${batch#* }" | nsenter --net="/run/netns/\${batch%% *}" -- ip -batch - &
  jobs="$jobs $!"
done
for job in $jobs; do wait "$job"; done`
  const ended = await runCommand(shell(script, input), WITHIN_MS)
  if (ended.status !== 0) throw new Refusal('SC_CONTAINMENT', `the network could not be made: ${ended.why} ${ended.err.trim().slice(0, 400)}`)
  return new Map(cables.flatMap(({ id, address, name }) => (id === undefined ? [] : [[id, { address, namespace: `/run/netns/${name}` }] as const])))
}

/** What makes an enclosure may show /proc/sys read-only. */
const WRITABLE_SYSCTL = '[ -w /proc/sys/net/ipv4/ip_forward ] || mount -o remount,bind,rw /proc/sys'
/** A service could get capabilities over namespaces of its own, and with them more of the kernel to attack. */
const NO_USER_NAMESPACES = 'echo 0 2>/dev/null >/proc/sys/user/max_user_namespaces || :'

const shell = (script: string, args: readonly string[]): Command => ({
  argv: ['sh', '-c', script, 'sh', ...args],
  cwd: '/',
  environment: { PATH: SYSTEM_PATH, LC_ALL: 'C' },
})

/** One end in a namespace, the other at the router. */
interface Cable {
  /** Undefined for the tap. */
  readonly id: string | undefined
  readonly name: string
  readonly address: string
  readonly networks: readonly string[]
}

function cablesOf(members: readonly NetworkMember[]): readonly Cable[] {
  const all = [...new Set(members.flatMap(({ networks }) => networks))]
  const tap: Cable = { id: undefined, name: 'tap', address: TAP, networks: all }
  return [tap, ...members.map(({ id, networks }, index) => ({ id, name: `r${index + 1}`, address: addressAt(index), networks }))]
}

/** 10.77.1.1 to 10.77.1.250, then 10.77.2.1 … */
const addressAt = (index: number): string => `10.77.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`

function routerBatch(cables: readonly Cable[]): string {
  const tables = new Map<string, number>()
  const rules = cables.map(({ id, name, networks }) => {
    const key = id === undefined ? 'tap' : [...networks].sort().join('\n')
    const table = tables.get(key) ?? FIRST_TABLE + tables.size
    const isNew = !tables.has(key)
    tables.set(key, table)
    const seen = cables.filter((other) => id === undefined || other.id === undefined || other.networks.some((network) => networks.includes(network)))
    return [
      ...(isNew ? seen.map((other) => `route add ${other.address} dev ${other.name} table ${table}`) : []),
      ...(isNew ? [`route add unreachable default table ${table}`] : []),
      `rule add iif ${name} lookup ${table} pref ${table}`,
    ]
  })
  return lines([
    'link set lo up',
    ...cables.map(({ name }) => `netns add ${name}`),
    ...cables.map(({ name }) => `link add ${name} type veth peer name eth0 netns ${name}`),
    ...cables.flatMap(({ name, address }) => [`addr add ${ROUTER} peer ${address} dev ${name}`, `link set ${name} up`]),
    ...rules.flat(),
  ])
}

const cableBatch = ({ name, address }: Cable): string =>
  `${name} ${lines(['link set lo up', `addr add ${address} peer ${ROUTER} dev eth0`, 'link set eth0 up', `route add default via ${ROUTER}`])}`

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`

/** The enclosure's own /etc: names of services lead to all their replicas, and nobody asks a name server. */
export function writeNames(places: ReadonlyMap<string, Place>): void {
  const hosts = [...places].map(([id, { address }]) => {
    const [service = id, number = ''] = id.split('#')
    return `${address} ${service} ${service}-${number}`
  })
  writeFileSync('/etc/hosts', lines(['127.0.0.1 localhost', '::1 localhost', ...hosts]))
  writeFileSync('/etc/resolv.conf', 'options timeout:1 attempts:1\n')
  writeFileSync('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\n')
  writeFileSync('/etc/passwd', 'root:x:0:0:service:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n')
  writeFileSync('/etc/group', 'root:x:0:\nnogroup:x:65534:\n')
}
