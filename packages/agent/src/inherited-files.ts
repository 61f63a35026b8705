import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC as /proc/self/fdinfo shows it; the C library's own number. */
const CLOSE_ON_EXEC = 0o2000000

/**
 * Closes every descriptor above `highest` that whoever started us left open and that each program of ours would inherit in turn: a folder among
 * them would be a door through every wall. What Node opened itself closes on its own at every exec and stays.
 */
export function closeInherited(highest: number): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) if (fd > highest && isInherited(fd)) closeSync(fd)
}

function isInherited(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? []
    return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
  } catch {
    // The one that listed the folder is closed by now.
    return false
  }
}
