import type { How } from './how.ts'
import { WHOLE_LAB } from './lab-view.ts'
import { systemParts, type Shown, type Sources } from './system-parts.ts'
import { bubblewrapView, handMadeRoot, MAKE_ROOT, type Part, systemView } from './view.ts'

/** Bytes that /tmp and /run of an enclosure hold at most, each. */
const SCRATCH_BYTES = 64 * 1024 * 1024

/**
 * The command that makes user, PID, mount, network, IPC, UTS and cgroup namespaces and runs `command` in them, as a child of process 1.
 * `filterFd`: where bubblewrap reads a filter of system calls, which holds for everything inside. `unshare` knows none.
 */
export function enclosureArgv(how: How, sources: Sources, command: readonly string[], filterFd?: number): string[] {
  const view = enclosureView(sources)
  return how === 'bubblewrap' ? bubblewrap(view, command, filterFd) : unshare(view, sources.free, command)
}

function enclosureView({ programs, lab, work }: Sources): Part[] {
  const { etcFolders, etcFiles } = systemParts()
  const bind = ({ inside, outside }: Shown, readOnly: boolean): Part => ({ part: 'bind', from: outside, to: inside, readOnly })
  return [
    ...systemView(),
    ...etcFiles.map((path) => ({ part: 'file', path }) as const),
    ...etcFolders.map((path) => bind({ inside: path, outside: path }, true)),
    ...['/tmp', '/run'].map((at) => ({ part: 'scratch', at, bytes: SCRATCH_BYTES }) as const),
    { part: 'empty', at: lab.inside },
    ...programs.map((shown) => bind(shown, true)),
    bind({ inside: WHOLE_LAB, outside: lab.outside }, true),
    bind(work, false),
  ]
}

function bubblewrap(view: readonly Part[], command: readonly string[], filterFd: number | undefined): string[] {
  return [
    'bwrap',
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--die-with-parent', '--new-session', '--uid', '0', '--gid', '0', '--cap-add', 'ALL', '--hostname', 'enclosure'],
    ...(filterFd === undefined ? [] : ['--seccomp', String(filterFd)]),
    ...bubblewrapView(view),
    ...['--chdir', '/', '--', ...command],
  ]
}

/** The shell stays as process 1: it reaps orphans, and everything ends with it. */
function unshare(view: readonly Part[], free: string, command: readonly string[]): string[] {
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--'],
    ...['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount', '--net', '--ipc', '--uts', '--cgroup', '--'],
    ...['sh', '-c', `${MAKE_ROOT}\n"$@"\nexit $?`, 'sh', ...handMadeRoot(free, view)],
    ...command,
  ]
}
