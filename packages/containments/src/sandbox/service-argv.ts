import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Service } from '@safechaos/core'
import { HANDED, handedToBubblewrap, handedToShell, TAKE_OVER } from '../init/hand-over.ts'
import type { Command } from '../init/spawner.ts'
import type { How } from './how.ts'
import { SYSTEM_PATH, systemTool } from './tools.ts'
import { bubblewrapView, FREE_INSIDE, handMadeRoot, MAKE_ROOT, type Part, systemView } from './view.ts'

/** What every service of one enclosure has around it. */
export interface Surroundings {
  readonly how: How
  readonly run: string
  readonly labDir: string
  readonly stackDir: string
  readonly programs: readonly string[]
  /** The folders of all volumes of the stack, by their source. */
  readonly volumes: () => ReadonlyMap<string, string>
  /** Most processes and threads of the enclosure that a service may bring it to; undefined where the kernel counts the whole user. */
  readonly mostProcesses: number | undefined
}

/** Bytes that a service's own /tmp and /run hold at most, each. */
const SCRATCH_BYTES = 64 * 1024 * 1024

/** They name keys of the session that started the run, which no namespace hides. */
const KEY_LISTS = ['/proc/keys', '/proc/key-users'].filter((path) => existsSync(path))

/** No capability of any kind, and no way to gain one. */
const NO_PRIVILEGES = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']

/** All that a wrapper has: nothing that a stack says. The run's mark is in it, since processes are looked for by it. */
export const wrapperEnvironment = (run: string): Command['environment'] => ({ PATH: SYSTEM_PATH, SAFECHAOS_RUN: run })

/**
 * The command that starts a service behind walls of its own inside the enclosure: its replica's network, a PID namespace, a read-only
 * system, no capabilities. It can neither see nor signal the init, the tap or another service. Ends with the service, with its code or
 * 128 + signal; and the service ends with it, and with the init. `environment`: only the service's own program has it.
 */
export function serviceCommand(
  around: Surroundings,
  { service, replica, namespace, environment }: { service: Service; replica: string; namespace: string; environment: Command['environment'] },
): Command {
  const { how, mostProcesses } = around
  const argv = [
    ...[systemTool('nsenter'), `--net=${namespace}`, '--'],
    ...(mostProcesses === undefined ? [] : [systemTool('prlimit'), `--nproc=${mostProcesses}`, '--']),
    ...(how === 'bubblewrap' ? bubblewrap(around, service, replica) : unshare(around, service, replica)),
    ...service.command,
  ]
  const handed = how === 'bubblewrap' ? handedToBubblewrap(environment) : handedToShell(environment)
  return { argv, cwd: '/', environment: wrapperEnvironment(around.run), handed }
}

/** The command that acts in the namespaces of a running service, as weak as the service itself. Ends with the init. */
export function inTargetArgv(main: number, argv: readonly string[]): string[] {
  const end = [systemTool('setpriv'), '--pdeathsig', 'KILL']
  return [
    ...end,
    '--',
    systemTool('nsenter'),
    `--target=${main}`,
    '--net',
    '--pid',
    '--mount',
    '--ipc',
    '--uts',
    '--wd',
    '--',
    ...end,
    ...NO_PRIVILEGES,
    '--',
    ...argv,
  ]
}

/** The command that runs the tap: in a network namespace of its own, with a view of the enclosure's processes and no power over them. */
export function tapArgv(namespace: string, argv: readonly string[]): string[] {
  return [systemTool('nsenter'), `--net=${namespace}`, '--', systemTool('setpriv'), '--pdeathsig', 'KILL', ...NO_PRIVILEGES, '--', ...argv]
}

const hostName = (replica: string): string => replica.replaceAll(/[^a-zA-Z0-9-]/g, '-')

/** The enclosure without its /run and its working folder; only the stack's folder and volumes can be written, besides /tmp and /run. */
function serviceView(around: Surroundings, service: Service): Part[] {
  const { labDir, stackDir, programs, volumes } = around
  const bind = (from: string, to: string, readOnly: boolean): Part => ({ part: 'bind', from, to, readOnly })
  return [
    ...systemView(),
    bind('/etc', '/etc', true),
    ...KEY_LISTS.map((path) => bind('/dev/null', path, true)),
    ...['/tmp', '/run'].map((at) => ({ part: 'scratch', at, bytes: SCRATCH_BYTES }) as const),
    ...programs.map((folder) => bind(folder, folder, true)),
    bind(labDir, labDir, true),
    bind(stackDir, stackDir, false),
    ...guarded(stackDir, [...volumes().values()]).map((folder) => bind(folder, folder, false)),
    ...service.volumes.map(({ source, target, readOnly }) => bind(volumes().get(source) ?? join(stackDir, source), target, readOnly)),
  ]
}

/**
 * The folders of volumes and those on the way to them are mounted on themselves for every service, since nobody can remove or rename what is a
 * mount to him: a service that could put a link there would lead the next mount, which is made with privileges, wherever it likes.
 */
function guarded(stackDir: string, folders: readonly string[]): string[] {
  const all = folders.flatMap((folder) => {
    const parts = relative(stackDir, folder).split('/').filter(Boolean)
    return parts.map((_, index) => join(stackDir, ...parts.slice(0, index + 1)))
  })
  return [...new Set(all)].sort()
}

function bubblewrap(around: Surroundings, service: Service, replica: string): string[] {
  return [
    systemTool('bwrap'),
    ...['--args', String(HANDED)],
    ...[
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--die-with-parent',
      '--cap-drop',
      'ALL',
      '--hostname',
      hostName(replica),
    ],
    ...bubblewrapView(serviceView(around, service)),
    ...['--remount-ro', '/', '--chdir', join(around.stackDir, service.cwd), '--'],
  ]
}

/** The shell stays as process 1 of the service's PID namespace: a signal with a default action would not end a service that is process 1 itself. */
const MAKE_SERVICE = `${MAKE_ROOT}
mount -o remount,bind,ro /
hostname "$1" || :
cd "$2"
shift 2
${TAKE_OVER}
setpriv ${NO_PRIVILEGES.join(' ')} -- "$@"
exit $?`

function unshare(around: Surroundings, service: Service, replica: string): string[] {
  return [
    ...[systemTool('unshare'), '--mount', '--pid', '--fork', '--kill-child', '--ipc', '--uts', '--cgroup', '--'],
    ...[
      '/bin/sh',
      '-c',
      MAKE_SERVICE,
      'sh',
      ...handMadeRoot(FREE_INSIDE, serviceView(around, service)),
      hostName(replica),
      join(around.stackDir, service.cwd),
    ],
  ]
}
