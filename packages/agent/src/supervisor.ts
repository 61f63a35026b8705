import { existsSync, type FSWatcher, watch } from 'node:fs'
import type { RunFolder } from './run-folder.ts'

const TICK_MS = 25
const BEAT_MS = 250
const FOLDER_MS = 1000

export interface Supervised {
  readonly folder: RunFolder
  /** The abort file is there. */
  readonly onAbort: () => void
  /** The down file is there. */
  readonly onDown: () => void
  /** The run's part of the state folder has vanished: nobody could abort any more. */
  readonly onFolderLost: () => void
  /** Forty times a second: lease and limit. */
  readonly onTick: () => void
  readonly onBeat: () => void
}

/**
 * What ends a run without the controller: files looked for by polling, and sooner when the kernel tells of a change. Returns what stops it.
 */
export function supervise(supervised: Supervised): () => void {
  const { folder } = supervised
  const look = (): void => {
    if (existsSync(folder.abort)) supervised.onAbort()
    if (existsSync(folder.down)) supervised.onDown()
  }
  const timers = [
    setInterval(() => {
      look()
      supervised.onTick()
    }, TICK_MS),
    setInterval(supervised.onBeat, BEAT_MS),
    setInterval(() => {
      if (!existsSync(folder.folder)) supervised.onFolderLost()
    }, FOLDER_MS),
  ]
  const watcher = tryWatch(folder.folder, look)
  return () => {
    for (const timer of timers) clearInterval(timer)
    watcher?.close()
  }
}

/** Watches run out on busy machines; polling alone is enough. */
function tryWatch(folder: string, look: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_, name) => {
      if (name === 'abort' || name === 'down') look()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
