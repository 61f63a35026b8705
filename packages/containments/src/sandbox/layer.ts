import { release } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '../init/channel.ts'
import { runCommand } from '../init/run-command.ts'
import { hardening, layOutLab, SHOW_LAB } from './lab-view.ts'
import { realFolder } from './real-folder.ts'
import { isWithin, systemParts } from './system-parts.ts'
import { SYSTEM_PATH } from './tools.ts'

const BASE = '/run/safechaos/layer'
/** The most that services can write below the stack's folder: it is memory, and ends with the enclosure whatever happens. */
const LAYER_BYTES = 512 * 1024 * 1024
const WITHIN_MS = 60_000

/**
 * In the stack's folder. `data` is what services wrote. The lower folder is named by `.`, since a path may hold the commas of options. A file is
 * copied up with its owner, which must be one that this user namespace knows; and the upper layer needs extended attributes, which a tmpfs has
 * since Linux 6.6. Without `uuid` the kernel gives a fresh layer one of its own, and a restored one none: the mount would then look like another.
 */
const OVERLAY = `mkdir -p ${BASE}/data ${BASE}/work
  mount -t overlay stack -o lowerdir=.,upperdir=${BASE}/data,workdir=${BASE}/work,userxattr,uuid=null "$stack"`
/** `data` is the whole stack as services see it. */
const COPY = `mount --bind ${BASE}/data "$stack"`

// The lab's own folder is filled by mounts, which an overlay does not see through.
const MAKE = `set -e
way=$1 stack=$2 lab=$3
shift 3
${SHOW_LAB}
mount -t tmpfs -o X-mount.mkdir,size=${LAYER_BYTES},mode=700 layer ${BASE}
cd "$stack"
if [ ! -O . ] || [ . -ef "$lab" ]; then way=copy; fi
if [ "$way" = overlay ]; then
  ${OVERLAY} || way=copy
fi
if [ "$way" = copy ]; then
  cp -dR --preserve=mode,timestamps . ${BASE}/data
  ${COPY}
fi
echo "$way"`

const SNAPSHOT = `set -e
rm -rf "$1"
cp -a ${BASE}/data "$1"
du -sk "$1" | cut -f1`

// The overlay wants an empty work folder, and a data folder that nothing has mounted.
const RESTORE = `set -e
way=$1 stack=$2 copy=$3
cd /
umount "$stack" || umount -l "$stack"
rm -rf ${BASE}/data ${BASE}/work
cp -a "$copy" ${BASE}/data
cd "$stack"
if [ "$way" = overlay ]; then
  ${OVERLAY}
else
  ${COPY}
fi`

interface Around {
  readonly labDir: string
  readonly workDir: string
  readonly programs: readonly string[]
}

/** What the services of one run write below the stack's folder: theirs alone, kept apart from the lab, and gone with the enclosure. */
export class Layer {
  readonly #stackDir: string
  readonly #volumes: readonly string[]
  #folders: ReadonlyMap<string, string> = new Map()
  readonly #snapshotDir: string
  readonly #way: 'overlay' | 'copy'
  private constructor(stackDir: string, volumes: readonly string[], snapshotDir: string, way: 'overlay' | 'copy') {
    this.#stackDir = stackDir
    this.#volumes = volumes
    this.#snapshotDir = snapshotDir
    this.#way = way
  }

  /** Shows the lab, and mounts the layer over `stackDir` in it. `volumes`: folders below that must be there. Throws a refusal (SC_CONTAINMENT). */
  static async make(stackDir: string, volumes: readonly string[], around: Around): Promise<Layer> {
    const { labDir, workDir, programs } = around
    if (isWithin(workDir, labDir)) throw new Refusal('SC_CONTAINMENT', `the run works in ${workDir}, inside of the lab: choose another state folder`)
    layOutLab(labDir)
    const args = [kernelAtLeast(6, 6) ? 'overlay' : 'copy', stackDir, labDir, ...hardening((path) => isOfSystem(path, programs))]
    const way = (await sh(MAKE, args)).trim() === 'overlay' ? 'overlay' : 'copy'
    const layer = new Layer(stackDir, volumes, join(workDir, 'snapshot'), way)
    layer.#makeVolumes()
    return layer
  }

  async snapshot(): Promise<string> {
    const kib = (await sh(SNAPSHOT, [this.#snapshotDir])).trim()
    return `${kib} KiB that services wrote (${this.#way})`
  }

  async restore(): Promise<string> {
    await sh(RESTORE, [this.#way, this.#stackDir, this.#snapshotDir])
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

function isOfSystem(path: string, programs: readonly string[]): boolean {
  const { folders, etcFolders } = systemParts()
  return [...folders, ...etcFolders, ...programs].some((folder) => isWithin(path, folder))
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
