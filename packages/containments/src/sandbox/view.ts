import { existsSync } from 'node:fs'
import { fstabLine, mountTable } from './fstab.ts'
import { systemParts } from './system-parts.ts'

/** One part of what can be seen behind a wall; later parts may lie on earlier ones. Whatever no part names is not there. */
export type Part =
  | { readonly part: 'bind'; readonly from: string; readonly to: string; readonly readOnly: boolean }
  /** A small file of /etc. */
  | { readonly part: 'file'; readonly path: string }
  | { readonly part: 'link'; readonly name: string; readonly target: string }
  | { readonly part: 'scratch'; readonly at: string; readonly bytes: number }
  /** A folder to mount in. */
  | { readonly part: 'empty'; readonly at: string }
  | { readonly part: 'proc' }
  | { readonly part: 'dev' }

/** Programs and libraries of the machine, processes of the own PID namespace, and the few devices that every program needs. */
export function systemView(): Part[] {
  const { folders, links } = systemParts()
  return [
    ...folders.map((folder) => ({ part: 'bind', from: folder, to: folder, readOnly: true }) as const),
    ...links.map(([name, target]) => ({ part: 'link', name, target }) as const),
    { part: 'proc' },
    { part: 'dev' },
  ]
}

const EMPTY_BYTES = 1024 * 1024

/** The view in bubblewrap's words. */
export function bubblewrapView(view: readonly Part[]): string[] {
  return view.flatMap((part) => {
    switch (part.part) {
      case 'bind':
        return [part.readOnly ? '--ro-bind' : '--bind', part.from, part.to]
      case 'file':
        return ['--ro-bind', part.path, part.path]
      case 'link':
        return ['--symlink', part.target, part.name]
      case 'scratch':
        return ['--size', String(part.bytes), '--tmpfs', part.at]
      case 'empty':
        return ['--size', String(EMPTY_BYTES), '--tmpfs', part.at]
      case 'proc':
        return ['--proc', '/proc']
      case 'dev':
        return ['--dev', '/dev']
    }
  })
}

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].filter((node) => existsSync(`/dev/${node}`))
const ROOT_BYTES = 16 * 1024 * 1024

/**
 * What bubblewrap does, by hand: a new root on a tmpfs, filled from a mount table by one `mount --all`, then pivot_root. For a shell, with the
 * arguments of `handMadeRoot` first; it is followed by what runs in the new root. Sources of mounts have names of their own, or `mount --all`
 * would take what is mounted outside for done.
 */
export const MAKE_ROOT = `set -e
root=$1 table=$2 links=$3 files=$4
shift 4
mount -t tmpfs -o mode=755,size=${ROOT_BYTES} root "$root"
cd "$root"
mkdir dev old free
cp -P $links .
cp -P /dev/fd /dev/stdin /dev/stdout /dev/stderr dev
[ -z "$files" ] || { mkdir etc; cp -L $files etc; }
for node in ${DEVICES.join(' ')}; do : >"dev/$node"; done
${mountTable('"$table"', 'table')}
rm table
pivot_root . old
cd /
umount -l old
rmdir old`

/** Where inside a root made by hand the next one may be mounted. */
export const FREE_INSIDE = '/free'

/** The arguments of MAKE_ROOT. `root`: a folder to mount on, seen by the new mount namespace alone. */
export function handMadeRoot(root: string, view: readonly Part[]): string[] {
  const table = view.flatMap((part) => tableLines(root, part)).join('')
  const links = view.flatMap((part) => (part.part === 'link' ? [part.name] : []))
  const files = view.flatMap((part) => (part.part === 'file' ? [part.path] : []))
  return [root, table, links.join(' '), files.join(' ')]
}

function tableLines(root: string, part: Part): string[] {
  const line = (source: string, target: string, type: string, ...options: string[]): string =>
    fstabLine(source, root + target, type, [...options, 'X-mount.mkdir'])
  const scratch = (at: string, bytes: number): string => line(`scratch${root}${at}`, at, 'tmpfs', 'mode=1777', `size=${bytes}`, 'nosuid', 'nodev')
  switch (part.part) {
    case 'bind':
      return [line(part.from, part.to, 'none', 'rbind', 'nosuid', 'nodev', ...(part.readOnly ? ['ro'] : []))]
    case 'scratch':
      return [scratch(part.at, part.bytes)]
    case 'empty':
      return [line(`empty${root}${part.at}`, part.at, 'tmpfs', 'mode=755', `size=${EMPTY_BYTES}`, 'nosuid', 'nodev')]
    case 'proc':
      return [
        line(`proc${root}`, '/proc', 'proc', 'nosuid', 'noexec', 'nodev'),
        fstabLine(`${root}/proc/sys`, `${root}/proc/sys`, 'none', ['bind', 'ro']),
      ]
    case 'dev':
      return [...DEVICES.map((node) => fstabLine(`/dev/${node}`, `${root}/dev/${node}`, 'none', ['bind'])), scratch('/dev/shm', ROOT_BYTES)]
    case 'file':
    case 'link':
      return []
  }
}
