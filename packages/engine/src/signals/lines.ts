/**
 * Cuts a byte stream into lines. A line longer than `maxBytes` is not kept in memory: it is dropped whole and `onTooLong` is told once.
 * Returns a function that takes the next chunk. A last line without a newline is not a line.
 */
export function lineCutter(maxBytes: number, onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let size = 0
  let dropping = false
  const keep = (part: Buffer): void => {
    if (dropping || part.length === 0) return
    size += part.length
    if (size <= maxBytes) {
      parts.push(part)
      return
    }
    dropping = true
    parts = []
    onTooLong()
  }
  return (chunk) => {
    let from = 0
    for (let end = chunk.indexOf(10, from); end !== -1; end = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, end))
      if (!dropping) onLine(Buffer.concat(parts).toString('utf8'))
      parts = []
      size = 0
      dropping = false
      from = end + 1
    }
    keep(chunk.subarray(from))
  }
}
