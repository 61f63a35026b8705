import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SafechaosError } from '@safechaos/core'

/** Makes a folder and those above it, for this user alone unless `mode` says more. One by one: below /proc, Node's own recursive form never returns. Throws SC_STATE. */
export function makeFolder(path: string, mode = 0o700): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    const above = dirname(path)
    if (above !== path) makeFolder(above, mode)
    mkdirSync(path, { mode })
  } catch (cause) {
    if (cause instanceof SafechaosError || (cause as NodeJS.ErrnoException).code === 'EEXIST') {
      if (cause instanceof SafechaosError) throw cause
      return
    }
    throw new SafechaosError({ code: 'SC_STATE', message: `the state folder ${path} cannot be made: ${(cause as Error).message}` }, { cause })
  }
}

/** Forces the names in a folder to disk. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a file whole and to disk, replacing what was there at once; its folder is not synced. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.new`
  const handle = await open(fresh, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(fresh, file)
}

/** Writes several files of one folder so that all are on disk, with one sync of the folder, when this returns. */
export async function writeDurably(folder: string, files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
  await Promise.all(files.map(({ name, text }) => replaceFile(join(folder, name), text)))
  await syncFolder(folder)
}

/** The same for one file, without giving way to anything else in this process. */
export function writeDurablySync(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`
  const fd = openSync(fresh, 'w', 0o600)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(fresh, file)
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Writes a file whole, replacing what was there at once; no disk is waited for. */
export function replaceFileSync(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`
  writeFileSync(fresh, text, { mode: 0o600 })
  renameSync(fresh, file)
}

/** Removes files of one folder, durably; those that are not there count as removed. */
export async function removeDurably(folder: string, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map((name) =>
      unlink(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      }),
    ),
  )
  await syncFolder(folder)
}
