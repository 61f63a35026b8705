import { type FileHandle, open } from 'node:fs/promises'

/** What may wait in memory for the disk, in bytes; above it lines are dropped and counted. */
const MAX_WAITING_BYTES = 8 << 20

/** How long `close` waits for the disk, in milliseconds. */
const CLOSE_WITHIN_MS = 5000

/** What became of the lines: evidence with a gap says so. */
export interface LinesWritten {
  readonly written: number
  readonly dropped: number
  /** The first error of the disk, in words. */
  readonly trouble: string | undefined
}

/** An append-only file of JSON lines that never makes its caller wait and never throws at it. */
export interface LineWriter {
  append(value: object): void
  /** Writes what waits and syncs it, within a bound of time. Idempotent. */
  close(): Promise<LinesWritten>
}

/** Opens a file of lines; what cannot be written, from the opening on, is counted as dropped. */
export function lineWriter(path: string): LineWriter {
  return new FileLines(path)
}

class FileLines implements LineWriter {
  readonly #file: Promise<FileHandle | undefined>
  #waiting: string[] = []
  #waitingBytes = 0
  #work: Promise<void> | undefined
  #written = 0
  #dropped = 0
  #trouble: string | undefined
  #closed: Promise<LinesWritten> | undefined

  constructor(path: string) {
    this.#file = open(path, 'a', 0o644).catch((error: Error) => {
      this.#trouble = error.message
      return undefined
    })
  }

  append(value: object): void {
    const line = `${JSON.stringify(value)}\n`
    if (this.#closed !== undefined || this.#waitingBytes + line.length > MAX_WAITING_BYTES) {
      this.#dropped++
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    this.#work ??= this.#drain()
  }

  close(): Promise<LinesWritten> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  async #drain(): Promise<void> {
    const file = await this.#file
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      try {
        if (file === undefined) throw new Error(this.#trouble)
        await file.appendFile(lines.join(''))
        this.#written += lines.length
      } catch (error) {
        this.#trouble ??= (error as Error).message
        this.#dropped += lines.length
      }
      this.#waitingBytes = this.#waiting.reduce((sum, line) => sum + line.length, 0)
    }
    this.#work = undefined
  }

  async #finish(): Promise<LinesWritten> {
    const { promise: tooLate, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      this.#trouble ??= `the disk did not answer within ${CLOSE_WITHIN_MS} ms`
      resolve()
    }, CLOSE_WITHIN_MS)
    await Promise.race([this.#sync(), tooLate])
    clearTimeout(timer)
    return { written: this.#written, dropped: this.#dropped + this.#waiting.length, trouble: this.#trouble }
  }

  async #sync(): Promise<void> {
    await this.#work
    const file = await this.#file
    if (file === undefined) return
    try {
      await file.sync()
      await file.close()
    } catch (error) {
      this.#trouble ??= (error as Error).message
    }
  }
}
