import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { SafechaosError } from '@safechaos/core'

/** What of the host an enclosure shows, read-only, and where. Everything else of the host is absent, not merely unreadable. */
export interface SystemParts {
  readonly folders: readonly string[]
  /** `[name, target]` of links such as /bin to usr/bin. */
  readonly links: readonly (readonly [string, string])[]
  /** Parts of /etc that libraries need and that hold no secret. */
  readonly etcFolders: readonly string[]
  readonly etcFiles: readonly string[]
}

const ROOTS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
const ETC_FOLDERS = ['/etc/alternatives', '/etc/ssl/certs']
const ETC_FILES = ['/etc/ld.so.cache', '/etc/localtime']

/** Looks at this machine (merged /usr or not). */
export function systemParts(): SystemParts {
  const present = ROOTS.filter((path) => existsSync(path))
  const links = present.filter((path) => lstatSync(path).isSymbolicLink())
  return {
    folders: ['/usr', ...present.filter((path) => !links.includes(path))],
    links: links.map((path) => [path, readlinkSync(path)] as const),
    etcFolders: ETC_FOLDERS.filter((path) => existsSync(path)),
    etcFiles: ETC_FILES.filter((path) => existsSync(path)),
  }
}

/** Where the folders of one enclosure are outside. Inside they have the paths `labDir`, `workDir` … themselves. */
export interface Sources {
  readonly lab: Shown
  readonly work: Shown
  /** Folders of the Node binary and of the bundles, shown read-only. */
  readonly programs: readonly Shown[]
  /** An existing folder that nothing needs: the new root may be mounted over it, seen by that namespace alone. */
  readonly free: string
}

export interface Shown {
  readonly inside: string
  readonly outside: string
}

/** Folders of programs that /usr does not show anyway. */
export function programFolders(...files: readonly string[]): string[] {
  return [...new Set(files.map((file) => dirname(file)))].filter((folder) => !isWithin(folder, '/usr'))
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(join(folder, '/'))
}

const WIDE = ['/', '/usr', '/etc', '/proc', '/sys', '/dev', '/run', '/tmp', '/var', '/home', '/root', '/boot', '/opt', '/srv', '/mnt', '/media']
/** What an enclosure shows already would show what lies below it too, hidden or not. */
const NEVER_BELOW = ['/proc', '/sys', '/dev', '/etc', '/boot', '/usr', ...ROOTS]
/** Each holds what belongs to many programs or people. */
const SHARED = ['/home', '/var']
/** Where people keep keys and tokens. */
const KEYS = ['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.config/gh', '.config/gcloud', '.password-store', '.mozilla']

/** A folder that would show the whole machine, a person's home or keys, or hide what an enclosure is made of, is refused. Throws SC_PLACE. */
export function refuseWide(path: string): void {
  const places = [resolve(path), realPath(path)]
  if (!isAbsolute(path) || places.some(isWide)) {
    throw new SafechaosError({
      code: 'SC_PLACE',
      message: `${path} cannot be shown inside an enclosure: move the lab to a folder of its own, such as ~/labs/payments`,
    })
  }
}

/** A lab in a folder of programs would be shown whole with them. Throws SC_CONTAINMENT. */
export function refuseBelow(labDir: string, programs: readonly string[]): void {
  const around = programs.find((folder) => isWithin(realPath(labDir), realPath(folder)))
  if (around !== undefined) {
    throw new SafechaosError({
      code: 'SC_CONTAINMENT',
      message: `${labDir} lies in ${around}, which holds programs and is shown whole`,
      hint: 'move the lab to a folder of its own, such as ~/labs/payments',
    })
  }
}

function isWide(path: string): boolean {
  return (
    [...WIDE, ...homes()].includes(path) ||
    SHARED.includes(dirname(path)) ||
    NEVER_BELOW.some((folder) => isWithin(path, folder)) ||
    path.endsWith('/.config') ||
    KEYS.some((keys) => `${path}/`.includes(`/${keys}/`))
  )
}

/** Of this user; none for one that has no account. */
function homes(): string[] {
  try {
    return [homedir(), userInfo().homedir]
  } catch {
    return []
  }
}

/** Itself where it does not exist: then there is nothing to show either. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
