import { readFileSync, statSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '../init/channel.ts'
import { runCommand } from '../init/run-command.ts'
import { mountTable } from './fstab.ts'
import { hiddenOf, hidingTable } from './hidden.ts'
import { realFolder } from './real-folder.ts'
import { isWithin, systemParts } from './system-parts.ts'
import { SYSTEM_PATH } from './tools.ts'
import { weakMounts } from './weak-mounts.ts'

const BASE = '/run/safechaos/layer'
/** The most that services can write below the stack's folder: it is memory, and ends with the enclosure whatever happens. */
const LAYER_BYTES = 512 * 1024 * 1024
const WITHIN_MS = 60_000

/** In the stack's folder. `data` is what services wrote. The lower folder is named by `.`, since a path may hold the commas of options. */
const OVERLAY = `mkdir -p ${BASE}/data ${BASE}/work
  mount -t overlay stack -o lowerdir=.,upperdir=${BASE}/data,workdir=${BASE}/work,userxattr "$stack"`
/** `data` is the whole stack as services see it. */
const COPY = `mount --bind ${BASE}/data "$stack"`

const EMPTY = `${BASE}/empty`
/** Every program that a shell starts costs a run some two milliseconds: all that is hidden is covered by one. */
const HIDE = `if [ -n "$hiding" ]; then
  : >${EMPTY}
  ${mountTable('"$hiding"', `${BASE}/table`)}
fi`

/** What the host mounts later must not arrive; then what it had mounted before gets what a mount in sight has to have. */
const HARDEN = `mount --make-rprivate /
while [ $# -gt 0 ]; do
  mount -o "remount,bind,$1" "$2"
  shift 2
done`

const MAKE = `set -e
way=$1 stack=$2 hiding=$3
shift 3
${HARDEN}
mount -t tmpfs -o X-mount.mkdir,size=${LAYER_BYTES},mode=700 layer ${BASE}
cd "$stack"
if [ "$way" = overlay ]; then
  ${OVERLAY} || way=copy
fi
if [ "$way" = copy ]; then
  cp -dR --preserve=mode,timestamps . ${BASE}/data
  ${COPY}
fi
${HIDE}
echo "$way"`

const SNAPSHOT = `set -e
rm -rf "$1"
cp -a ${BASE}/data "$1"
du -sk "$1" | cut -f1`

// The overlay wants an empty work folder, and a data folder that nothing has mounted.
const RESTORE = `set -e
way=$1 stack=$2 copy=$3 hiding=$4
shift 4
cd /
for path in "$@"; do umount "$path"; done
umount "$stack" || umount -l "$stack"
rm -rf ${BASE}/data ${BASE}/work
cp -a "$copy" ${BASE}/data
cd "$stack"
if [ "$way" = overlay ]; then
  ${OVERLAY}
else
  ${COPY}
fi
${HIDE}`

/** What the services of one run write below the stack's folder: theirs alone, kept apart from the lab, and gone with the enclosure. */
export class Layer {
  readonly #stackDir: string
  readonly #volumes: readonly string[]
  #folders: ReadonlyMap<string, string> = new Map()
  readonly #snapshotDir: string
  readonly #way: 'overlay' | 'copy'
  /** What is hidden of the stack itself. No service can put anything in its place, since it is a mount to all of them. */
  readonly #hidden: readonly string[]
  private constructor(stackDir: string, volumes: readonly string[], snapshotDir: string, way: 'overlay' | 'copy', hidden: readonly string[]) {
    this.#stackDir = stackDir
    this.#volumes = volumes
    this.#snapshotDir = snapshotDir
    this.#way = way
    this.#hidden = hidden.filter((path) => isWithin(path, stackDir))
  }

  /** Mounts it over `stackDir`, and hides secrets of the lab. `volumes`: folders below it that must be there. Throws a refusal (SC_CONTAINMENT). */
  static async make(stackDir: string, volumes: readonly string[], { labDir, workDir }: { labDir: string; workDir: string }): Promise<Layer> {
    const hidden = hiddenOf(labDir, workDir)
    const weak = weakMounts(readFileSync('/proc/self/mountinfo', 'utf8'), (path) => isWithin(path, labDir) || isOfSystem(path))
    const hardening = weak.flatMap(({ at, options }) => [options, at])
    const way = (await sh(MAKE, [bestWay(stackDir), stackDir, hidingTable(hidden, EMPTY), ...hardening])).trim() === 'overlay' ? 'overlay' : 'copy'
    const layer = new Layer(stackDir, volumes, join(workDir, 'snapshot'), way, hidden)
    layer.#makeVolumes()
    return layer
  }

  async snapshot(): Promise<string> {
    const kib = (await sh(SNAPSHOT, [this.#snapshotDir])).trim()
    return `${kib} KiB that services wrote (${this.#way})`
  }

  async restore(): Promise<string> {
    await sh(RESTORE, [this.#way, this.#stackDir, this.#snapshotDir, hidingTable(this.#hidden, EMPTY), ...this.#hidden])
    this.#makeVolumes()
    return `the ${this.#way} of the snapshot was swapped in`
  }

  /** The folder of each volume, by its source, with every link followed. Found while no service runs. */
  get volumes(): ReadonlyMap<string, string> {
    return this.#folders
  }

  #makeVolumes(): void {
    this.#folders = new Map(
      this.#volumes.map((volume) => {
        const folder = realFolder(this.#stackDir, volume)
        if (folder === undefined) throw new Refusal('SC_CONTAINMENT', `the volume ${volume} leads out of the stack's folder, or nowhere`)
        return [volume, folder]
      }),
    )
  }
}

function isOfSystem(path: string): boolean {
  const { folders, etcFolders } = systemParts()
  return [...folders, ...etcFolders].some((folder) => isWithin(path, folder))
}

/**
 * An overlay copies a file up with its owner, which must be one that this user namespace knows; and its upper layer needs extended
 * attributes, which a tmpfs has since Linux 6.6.
 */
function bestWay(stackDir: string): 'overlay' | 'copy' {
  return statSync(stackDir).uid === 0 && kernelAtLeast(6, 6) ? 'overlay' : 'copy'
}

/** Compares with the running kernel. */
export function kernelAtLeast(major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(release()) ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}

async function sh(script: string, args: readonly string[]): Promise<string> {
  const { status, out, err, why } = await runCommand(
    { argv: ['sh', '-c', script, 'sh', ...args], cwd: '/', environment: { PATH: SYSTEM_PATH, LC_ALL: 'C' } },
    WITHIN_MS,
  )
  if (status !== 0) throw new Refusal('SC_CONTAINMENT', `the stack's writable layer: ${why} ${err.trim().slice(0, 400)}`)
  return out
}
