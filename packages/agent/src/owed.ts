import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, removeDurably, writeDurably, writeDurablySync } from './durable.ts'
import { isOwedOf, type Owed } from './owed-record.ts'
import { namesIn, readOwnJson } from './own-files.ts'
import { isRunId } from './run-folder.ts'

export type { Owed, OwedAct, OwedEnclosure } from './owed-record.ts'

/** A record as it lies on disk; `owed` is undefined if it could not be understood, or is not what its name says. */
export interface OwedFile {
  readonly name: string
  /** The run that its name tells; undefined for a name that is not ours. */
  readonly run: string | undefined
  readonly owed: Owed | undefined
}

export const owedFolder = (stateDir: string): string => join(stateDir, 'owed')
const text = (owed: Owed): string => `${JSON.stringify(owed)}\n`

/** The owed records of one run: number 0 is its enclosure, the others its acts. */
export class OwedRecords {
  readonly #folder: string
  readonly #run: string
  constructor(stateDir: string, run: string) {
    this.#folder = owedFolder(stateDir)
    this.#run = run
    makeFolder(this.#folder)
  }

  /** On disk when it returns; nothing else of this process happens in between. */
  writeNow(number: number, owed: Owed): void {
    writeDurablySync(join(this.#folder, this.#name(number)), text(owed))
  }

  /** All on disk when it returns, with one sync of the folder. */
  async write(records: readonly { readonly number: number; readonly owed: Owed }[]): Promise<void> {
    await writeDurably(
      this.#folder,
      records.map(({ number, owed }) => ({ name: this.#name(number), text: text(owed) })),
    )
  }

  /** Only for what was verified gone. */
  async remove(numbers: readonly number[]): Promise<void> {
    await removeDurably(
      this.#folder,
      numbers.map((number) => this.#name(number)),
    )
  }

  /** Removes what a death in the middle of a write, or a full disk, left: a record that was never whole, of an act that was never begun. */
  async removeDrafts(): Promise<void> {
    const drafts = readdirSync(this.#folder).filter((name) => name.startsWith(`${this.#run}.`) && name.endsWith('.new'))
    if (drafts.length > 0) await removeDurably(this.#folder, drafts)
  }

  #name(number: number): string {
    return `${this.#run}.${number}.json`
  }
}

/** Everything owed in this lab. What cannot be read or understood is listed too, and is never taken for nothing. */
export function listOwed(stateDir: string): OwedFile[] {
  return namesIn(owedFolder(stateDir))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const run = runOf(name)
      return { name, run, owed: run === undefined ? undefined : read(join(owedFolder(stateDir), name), run) }
    })
}

function runOf(name: string): string | undefined {
  const run = /^(.+)\.\d+\.json$/.exec(name)?.[1]
  return run !== undefined && isRunId(run) ? run : undefined
}

function read(file: string, run: string): Owed | undefined {
  try {
    const owed = readOwnJson(file)
    return isOwedOf(run, owed) ? owed : undefined
  } catch {
    return undefined
  }
}
