import { mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { removeFolder } from '../enclosure/remove-folder.ts'
import { Refusal } from '../init/channel.ts'
import { runCommand } from '../init/run-command.ts'
import type { Command } from '../init/spawner.ts'

const COPY_WITHIN_MS = 30_000
/** Installed packages are only read: they are shown, not copied. */
const SHOWN = new Set(['node_modules'])
const LEFT_OUT = new Set(['.git', '.safechaos'])

/** How a tool is started. */
export type OwnTool = (argv: readonly string[]) => Command

/**
 * A private copy of the stack's folder, so that no service writes into the lab. It stands at the same place in a mirror of the lab whose
 * other entries are links, so that relative paths out of the stack's folder mean what they mean in the lab.
 */
export class StackCopy {
  readonly stackDir: string
  readonly #snapshot: string
  readonly #labDir: string
  readonly #origin: string
  readonly #mirror: string
  readonly #tool: OwnTool
  constructor(labDir: string, stackDir: string, workDir: string, tool: OwnTool) {
    this.#tool = tool
    this.#labDir = resolve(labDir)
    this.#origin = resolve(labDir, stackDir)
    const inside = relative(this.#labDir, this.#origin)
    if (inside.split(sep)[0] === '..') throw new Refusal('SC_STACK', `the stack's folder ${stackDir} is not inside the lab`)
    this.#mirror = join(workDir, 'lab')
    this.stackDir = join(this.#mirror, inside)
    this.#snapshot = join(workDir, 'snapshot')
  }

  async make(): Promise<void> {
    let from = this.#labDir
    let to = this.#mirror
    await mkdir(to, { recursive: true })
    for (const step of relative(this.#labDir, this.#origin).split(sep).filter(Boolean)) {
      await this.#link(from, to, (name) => name !== step && !LEFT_OUT.has(name))
      from = join(from, step)
      to = join(to, step)
      await mkdir(to)
    }
    await this.#link(from, to, (name) => SHOWN.has(name))
    const names = (await readdir(from)).filter((name) => !SHOWN.has(name) && !LEFT_OUT.has(name))
    if (names.length > 0)
      await copy(
        this.#tool,
        names.map((name) => join(from, name)),
        to,
      )
  }

  async snapshot(): Promise<string> {
    await rm(this.#snapshot, { recursive: true, force: true })
    await mkdir(this.#snapshot)
    await copy(this.#tool, [`${this.stackDir}/.`], this.#snapshot)
    return 'the private copy of the stack folder was copied'
  }

  async restore(): Promise<string> {
    await removeFolder(this.stackDir)
    await mkdir(this.stackDir)
    await copy(this.#tool, [`${this.#snapshot}/.`], this.stackDir)
    return 'the private copy of the stack folder is as it was at the snapshot'
  }

  async #link(from: string, to: string, wanted: (name: string) => boolean): Promise<void> {
    const names = (await readdir(from)).filter(wanted)
    await Promise.all(names.map((name) => symlink(join(from, name), join(to, name))))
  }
}

/** So many bytes of names are given to one start of a tool; the kernel takes twice that at least. */
const MOST_NAMES = 64 * 1024

async function copy(tool: OwnTool, sources: readonly string[], target: string): Promise<void> {
  const end = performance.now() + COPY_WITHIN_MS
  for (const some of batches(sources)) {
    const argv = ['cp', '-a', '--reflink=auto', '-t', target, '--', ...some]
    const { status, err, why } = await runCommand(tool(argv), Math.max(1, Math.round(end - performance.now())))
    if (status !== 0) throw new Refusal('SC_CONTAINMENT', `the stack's folder could not be copied: ${why || err.trim().slice(0, 500)}`)
  }
}

function batches(names: readonly string[]): string[][] {
  const all: string[][] = []
  let room = 0
  for (const name of names) {
    const bytes = Buffer.byteLength(name) + 1
    if (bytes > room) {
      all.push([])
      room = MOST_NAMES
    }
    all.at(-1)?.push(name)
    room -= bytes
  }
  return all
}
