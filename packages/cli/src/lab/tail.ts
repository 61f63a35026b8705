import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 1 << 16

/** Reads the whole lines of a file that grows, each once. A file that is not there has none yet. */
export class Tail {
  readonly #path: string
  #offset = 0
  #rest = Buffer.alloc(0)

  constructor(path: string) {
    this.#path = path
  }

  /** The lines that were added since the last call. */
  *lines(): Generator<string> {
    let file: number
    try {
      file = openSync(this.#path, 'r')
    } catch {
      return
    }
    try {
      const { size } = fstatSync(file)
      while (this.#offset < size) {
        const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size - this.#offset))
        const read = readSync(file, buffer, 0, buffer.length, this.#offset)
        if (read === 0) return
        this.#offset += read
        yield* this.#cut(buffer.subarray(0, read))
      }
    } finally {
      closeSync(file)
    }
  }

  *#cut(more: Buffer): Generator<string> {
    const all = Buffer.concat([this.#rest, more])
    const end = all.lastIndexOf(10)
    this.#rest = all.subarray(end + 1)
    if (end >= 0) yield* all.subarray(0, end).toString('utf8').split('\n')
  }
}
