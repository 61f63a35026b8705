import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { messageOf, SafechaosError } from '@safechaos/core'

/** Lines are joined up to this size before they are written, in characters. */
const CHUNK = 1 << 18

/** Writes the canonical lines of a ledger to a file, one record a line, durably. Throws SC_LEDGER. */
export function exportLedger(lines: Iterable<string>, path: string): void {
  try {
    const fd = openSync(path, 'w', 0o644)
    try {
      let chunk = ''
      for (const line of lines) {
        chunk += `${line}\n`
        if (chunk.length < CHUNK) continue
        writeAll(fd, chunk)
        chunk = ''
      }
      writeAll(fd, chunk)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    throw new SafechaosError({ code: 'SC_LEDGER', message: `${path} cannot be written: ${messageOf(cause)}` }, { cause })
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8')
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}
