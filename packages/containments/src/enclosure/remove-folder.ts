import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'

const REMOVE_MS = 10_000

/**
 * Removes a folder of our own and what is in it, never through a link. Without a child first, since a service may have used up the
 * processes that this user may have. Then by `rm`, which goes from folder to folder by their descriptors: no path is too long for it. An
 * overlay leaves folders that nobody may enter, which are opened last. Throws if something is left.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
  } catch {
    if ((await run('rm', '-rf', '--', folder)) === undefined) return
    await run('chmod', '-R', 'u+rwx', '--', folder)
    const refused = await run('rm', '-rf', '--', folder)
    if (refused !== undefined && existsSync(folder)) throw new Error(`${folder} cannot be removed: ${refused}`)
  }
}

/** Why it failed; undefined if it did not. */
function run(file: string, ...words: readonly string[]): Promise<string | undefined> {
  return new Promise((done) => {
    execFile(file, words, { timeout: REMOVE_MS, killSignal: 'SIGKILL' }, (error, _, told) => {
      done(error === null ? undefined : told.trim().split('\n').at(-1) || error.message)
    })
  })
}
