/** Looks at the machine from outside, by means of its own: nothing of the agent's code is used here. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** A file as it is now; empty if it cannot be read. */
export const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

const link = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

interface Seen {
  readonly pid: number
  readonly start: string
  readonly zombie: boolean
  readonly commandLine: string
}

function processes(): Seen[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    const stat = read(`/proc/${name}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return stat === ''
      ? []
      : [{ pid: Number(name), start: fields[19] ?? '', zombie: fields[0] === 'Z', commandLine: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ') }]
  })
}

/** The machine before a trial. */
export interface Before {
  readonly processes: ReadonlySet<string>
  readonly namespaces: ReadonlySet<string>
  readonly mounts: ReadonlySet<string>
}

const key = ({ pid, start }: Seen): string => `${pid}@${start}`
/** A process that says it belongs to another run is no trace of this one: the machine may be shared. */
const ofAnotherRun = (pid: number, run: string): boolean => {
  const environment = read(`/proc/${pid}/environ`)
  return environment.includes('SAFECHAOS_RUN=') && !environment.includes(`SAFECHAOS_RUN=${run}`)
}
const namespacesNow = (run: string): string[] =>
  processes()
    .filter(({ pid, zombie }) => !zombie && !ofAnotherRun(pid, run))
    .flatMap(({ pid }) => ['net', 'mnt', 'pid', 'user'].map((kind) => link(`/proc/${pid}/ns/${kind}`)))
    .filter((name) => name !== '')
const mountsNow = (): string[] =>
  read('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' ').slice(3, 5).join(' '))

export function lookBefore(run: string): Before {
  return { processes: new Set(processes().map(key)), namespaces: new Set(namespacesNow(run)), mounts: new Set(mountsNow()) }
}

/** What is left of the fault in an enclosure that stands: services that do not run, stopped processes, held children, rules of ours. */
export function findFault(run: string, sleepers: number): string[] {
  const inside = processes().filter(({ pid, zombie }) => !zombie && read(`/proc/${pid}/environ`).includes(run))
  const asleep = inside.filter(({ commandLine }) => commandLine.startsWith('sleep 600'))
  const found = asleep.length === sleepers ? [] : [`${asleep.length} of ${sleepers} services run`]
  for (const { pid, commandLine } of inside) {
    if (/\) T /.test(read(`/proc/${pid}/stat`))) found.push(`stopped: ${commandLine}`)
    if (commandLine.includes('sha256sum')) found.push(`held: ${commandLine}`)
  }
  const networks = new Map(inside.map(({ pid }) => [link(`/proc/${pid}/ns/net`), pid]))
  networks.delete(link('/proc/self/ns/net'))
  for (const pid of networks.values()) found.push(...tablesIn(pid))
  return found
}

function tablesIn(pid: number): string[] {
  const enter = process.getuid?.() === 0 ? ['--net'] : ['--user', '--preserve-credentials', '--net']
  const ran = spawnSync('nsenter', ['-t', String(pid), ...enter, 'nft', 'list', 'tables'], { encoding: 'utf8', timeout: 5000 })
  return (ran.stdout ?? '').split('\n').filter((line) => line.includes('sc_'))
}

/** What the trial left: any process that carries the run's id or runs the lab's programs, any namespace and mount that was not there, any owed record, work folder or lock. */
export function findResidue(before: Before, run: string, stateDir: string): string[] {
  const found: string[] = []
  for (const one of processes()) {
    if (one.zombie || before.processes.has(key(one)) || one.pid === process.pid) continue
    const carries = (one.commandLine.includes(run) && !one.commandLine.includes('/crash/driver.ts')) || read(`/proc/${one.pid}/environ`).includes(run)
    const ofLab = /sha256sum \/dev\/zero|safechaos-crash-sleeper/.test(one.commandLine)
    if (carries || (ofLab && !ofAnotherRun(one.pid, run))) found.push(`process ${one.pid}: ${one.commandLine.slice(0, 120)}`)
  }
  for (const name of new Set(namespacesNow(run))) if (!before.namespaces.has(name)) found.push(`namespace ${name}`)
  for (const mount of mountsNow()) if (!before.mounts.has(mount)) found.push(`mount ${mount}`)
  const owed = join(stateDir, 'owed')
  if (existsSync(owed)) for (const file of readdirSync(owed)) if (file.includes(run)) found.push(`owed ${file}`)
  if (existsSync(join(stateDir, 'runs', run, 'work'))) found.push('work folder')
  const locks = join(stateDir, 'locks')
  if (existsSync(locks)) for (const file of readdirSync(locks)) if (read(join(locks, file)).includes(run)) found.push(`lock ${file}`)
  return found
}
