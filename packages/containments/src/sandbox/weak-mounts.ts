/** A mount by its place and the options that it has to have, as `mount -o remount,bind,…` wants them. */
export interface Hardening {
  readonly at: string
  readonly options: string
}

/** What is shown of the host can neither be written, nor lend anybody its owner's power, nor lead to a device. */
const SHOWN = ['ro', 'nosuid', 'nodev']
/** What a mount has already must be said again: it may be locked, and a remount without it is refused. */
const KEPT = ['noexec', 'noatime', 'nodiratime', 'relatime', 'nosymfollow']

/**
 * The mounts in sight that lack one of these options. A recursive bind makes only its top mount read-only, and `mount` knows no
 * recursive option everywhere; so each mount below it is named. `mountinfo`: the text of /proc/self/mountinfo.
 */
export function weakMounts(mountinfo: string, isShown: (path: string) => boolean): Hardening[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , , , place, has = ''] = line.split(' ')
    if (place === undefined) return []
    const at = unescape(place)
    const options = has.split(',')
    if (!isShown(at) || SHOWN.every((option) => options.includes(option))) return []
    const kept = options.filter((option) => KEPT.includes(option))
    const strict = options.includes('noatime') || options.includes('relatime') ? [] : ['strictatime']
    return [{ at, options: [...kept, ...strict, ...SHOWN].join(',') }]
  })
}

/** The kernel writes blanks, tabs, line ends and backslashes of a path as three octal digits. */
const unescape = (path: string): string => path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
