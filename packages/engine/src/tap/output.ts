import { createWriteStream, fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { Sample } from '@safechaos/core'

/** What a reader that has stopped reading may be owed, in bytes. Above it samples are thrown away: the lease of a run whose controller hangs ends anyhow. */
const MAX_OWED_BYTES = 4 << 20

/** Writes samples as JSON lines to a descriptor without ever waiting for its reader. `onLost`: nobody can read them any more. */
export function tapOutput(fd: number, onLost: () => void): (sample: Sample) => void {
  const stream = writableOf(fd)
  stream.on('error', onLost)
  return (sample) => {
    if (stream.writableLength < MAX_OWED_BYTES) stream.write(`${JSON.stringify(sample)}\n`)
  }
}

// A pipe or socket must be non-blocking, which only a Socket makes it: a full one would stop the load generator.
function writableOf(fd: number): Writable {
  const kind = fstatSync(fd)
  return kind.isFIFO() || kind.isSocket() ? new Socket({ fd, readable: false, writable: true }) : createWriteStream('', { fd })
}
