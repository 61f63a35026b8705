import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HIDDEN_IN_LAB } from '@safechaos/core'
import { Refusal } from '../init/channel.ts'
import { fstabLine } from './fstab.ts'
import { weakMounts } from './weak-mounts.ts'

/** Where the init alone finds the whole lab, from the moment the walls are raised until a stack is prepared. Then nobody inside has it. */
export const WHOLE_LAB = '/run/safechaos/lab'
const TABLE = '/run/safechaos/lab-table'
/** Each is a mount for every service. Two thousand take some seconds, and the time grows with the square. */
const MOST_ENTRIES = 2000
const HIDDEN: ReadonlySet<string> = new Set(HIDDEN_IN_LAB)

/**
 * For a shell: fills the lab's empty folder by the table of `layOutLab`, after nothing that the host mounts can arrive any more. Its arguments,
 * all of them, are those of `hardening`.
 */
export const SHOW_LAB = `mount --make-rprivate /
while [ $# -gt 0 ]; do
  mount -o "remount,bind,$1" "$2"
  shift 2
done
[ ! -s ${TABLE} ] || mount --all --fstab ${TABLE}
umount -l ${WHOLE_LAB}`

/**
 * Makes a place in `labDir`, a folder of the enclosure's own, for each part of the lab that services may see, as it is now. What they may not
 * see gets none, and so does what comes later: it is not covered, it is not there. A cover on a file of the host would fall with that file.
 * Throws a refusal (SC_CONTAINMENT).
 */
export function layOutLab(labDir: string): void {
  const shown = readdirSync(WHOLE_LAB).filter((name) => !HIDDEN.has(name))
  if (shown.length > MOST_ENTRIES)
    throw new Refusal('SC_CONTAINMENT', `${labDir} has ${shown.length} entries, more than ${MOST_ENTRIES}: put them into folders of it`)
  writeFileSync(TABLE, shown.map((name) => layOut(join(WHOLE_LAB, name), join(labDir, name))).join(''))
}

/** Options and places of mounts that services will see, for SHOW_LAB. `isShown`: whether they see it besides the lab. */
export function hardening(isShown: (path: string) => boolean): string[] {
  const weak = weakMounts(readFileSync('/proc/self/mountinfo', 'utf8'), (path) => `${path}/`.startsWith(`${WHOLE_LAB}/`) || isShown(path))
  return weak.flatMap(({ at, options }) => [options, at])
}

/** Gives the line of the table; none for a link, which is made again, and for what is neither file nor folder, or gone since it was listed. */
function layOut(from: string, to: string): string {
  const status = lstatSync(from, { throwIfNoEntry: false })
  if (status?.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else if (status?.isDirectory()) mkdirSync(to, { recursive: true })
  else if (status?.isFile()) writeFileSync(to, '')
  else return ''
  return status.isSymbolicLink() ? '' : fstabLine(from, to, 'none', ['rbind', 'ro', 'nosuid', 'nodev', 'nofail'])
}
