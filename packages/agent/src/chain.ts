import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { GENESIS, type ActRecord, type EndCause } from '@safechaos/core'
import { digestOf } from './digest.ts'
import { isCount, isText, membersOf } from './shape.ts'

/** What a link says: something done to a target, or why the run's faults were taken back. */
export type ChainBody = { readonly act: ActRecord } | { readonly cause: EndCause; readonly detail: string }

/** One line of `agent.jsonl`. `digest` is the SHA-256 (hex) of the canonical JSON of the other members. */
export interface ChainLink {
  readonly seq: number
  readonly prev: string
  readonly at: number
  readonly body: ChainBody
  readonly digest: string
}

interface Waiting {
  readonly link: ChainLink
  readonly done: (durable: boolean) => void
}

/** The agent's own record of what it did: appended, each group forced to disk. A disk that fails is told and never stops an abort. */
export class Chain {
  readonly #file: string
  readonly #onLink: (link: ChainLink) => void
  #handle: FileHandle | undefined
  #seq: number
  #head: string
  #queue: Waiting[] = []
  #writing: Promise<void> | undefined
  /** The last thing that went wrong with the disk. */
  failure: string | undefined

  /** Goes on where an earlier writer of the same file stopped; a torn last line was never acknowledged and is cut off. */
  constructor(file: string, onLink: (link: ChainLink) => void) {
    this.#file = file
    this.#onLink = onLink
    const before = readChain(file)
    if (before.torn) cutTo(file, before.bytes)
    this.#seq = before.links.length
    this.#head = before.links.at(-1)?.digest ?? GENESIS
  }

  /** Resolves when the link is on disk (true) or the disk refused it (false); `onLink` has heard it either way. */
  append(body: ChainBody, at: number): Promise<boolean> {
    const unsigned = { seq: this.#seq, prev: this.#head, at, body }
    const link: ChainLink = { ...unsigned, digest: digestOf(unsigned) }
    this.#seq += 1
    this.#head = link.digest
    return new Promise((done) => {
      this.#queue.push({ link, done })
      this.#writing ??= this.#drain()
    })
  }

  /** Waits for what was appended, and lets go of the file. */
  async close(): Promise<void> {
    await this.#writing
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #drain(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0)
      const durable = await this.#write(group.map(({ link }) => `${JSON.stringify(link)}\n`).join(''))
      for (const { link, done } of group) {
        this.#onLink(link)
        done(durable)
      }
    }
    this.#writing = undefined
  }

  async #write(lines: string): Promise<boolean> {
    try {
      this.#handle ??= await open(this.#file, 'a', 0o600)
      await this.#handle.appendFile(lines)
      await this.#handle.datasync()
      return true
    } catch (error) {
      this.failure = (error as Error).message
      return false
    }
  }
}

/** Reads a chain. `broken` names the first line (1-based) whose digest or predecessor is wrong; `bytes` is the length of the sound part. */
export function readChain(file: string): {
  readonly links: readonly ChainLink[]
  readonly torn: boolean
  readonly broken: number | undefined
  readonly bytes: number
} {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch {
    return { links: [], torn: false, broken: undefined, bytes: 0 }
  }
  const end = content.lastIndexOf('\n') + 1
  const whole = content.slice(0, end)
  const links: ChainLink[] = []
  let broken: number | undefined
  for (const line of whole.split('\n').slice(0, -1)) {
    const link = parseLink(line)
    const { digest, ...unsigned } = link ?? { digest: '' }
    const sound = link !== undefined && link.prev === (links.at(-1)?.digest ?? GENESIS) && digest === digestOf(unsigned)
    if (!sound) broken ??= links.length + 1
    if (link === undefined) break
    links.push(link)
  }
  return { links, torn: end < content.length, broken, bytes: Buffer.byteLength(whole) }
}

/** A line that has the form of a link; whether it is the right one, its digest tells. */
function parseLink(line: string): ChainLink | undefined {
  try {
    const link = membersOf(JSON.parse(line))
    const body = membersOf(link?.body)
    const says = membersOf(body?.act) !== undefined || isText(body?.cause)
    return says && isCount(link?.seq) && isText(link.prev) && isText(link.digest) ? (link as unknown as ChainLink) : undefined
  } catch {
    return undefined
  }
}

function cutTo(file: string, bytes: number): void {
  const fd = openSync(file, 'r+')
  try {
    ftruncateSync(fd, bytes)
  } finally {
    closeSync(fd)
  }
}
