import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

/** SHA-256 (hex) of a file, read piece by piece; undefined if it is not there. Throws what else the disk says. */
export function fileDigest(path: string): string | undefined {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(1 << 18)
    for (let size = readSync(fd, buffer); size > 0; size = readSync(fd, buffer)) hash.update(buffer.subarray(0, size))
    return hash.digest('hex')
  } finally {
    closeSync(fd)
  }
}
