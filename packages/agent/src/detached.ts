import { appendFile, rename, writeFile } from 'node:fs/promises'
import type { Enclosure } from '@safechaos/containments'
import type { RunFolder } from './run-folder.ts'

const MEMBERS_MS = 500
const LOG_BYTES = 32 * 1024 * 1024

/**
 * For `up`, where no controller listens: keeps `members.json` (the members, for `ps`) and `services.jsonl` (events and log lines, for
 * `logs`) in the run's folder. The log stops growing at 32 MiB. What cannot be written is said once per file in the agent's log, and the
 * services go on.
 */
export function keepFiles(enclosure: Enclosure, folder: RunFolder): void {
  let written = 0
  let waiting: string[] = []
  let writing = false
  const unwritten = sayOnce()
  const flush = async (): Promise<void> => {
    if (writing || waiting.length === 0) return
    writing = true
    const lines = waiting.splice(0).join('')
    await appendFile(folder.serviceLog, lines, { mode: 0o600 }).catch(unwritten('what services print'))
    writing = false
    await flush()
  }
  enclosure.on((event) => {
    const line = `${JSON.stringify(event)}\n`
    if (event.event === 'service') keepMembers()
    written += line.length
    if (written < LOG_BYTES) waiting.push(line)
    void flush()
  })
  const writeMembers = async (): Promise<void> => {
    const fresh = `${folder.members}.new`
    await writeFile(fresh, `${JSON.stringify(await enclosure.members())}\n`, { mode: 0o600 })
    await rename(fresh, folder.members)
  }
  let kept = Promise.resolve()
  /** One after the other, since they share a file; at once when a service changes, so that `ps` says what `up` just said. */
  const keepMembers = (): void => {
    kept = kept.then(writeMembers).catch(unwritten('the list of members'))
  }
  setInterval(keepMembers, MEMBERS_MS).unref()
}

/** Not `process.stderr`: on a full disk a write to the log fails as well, and would then end the agent. */
function sayOnce(): (what: string) => (error: Error) => void {
  const said = new Set<string>()
  return (what) => (error) => {
    if (said.has(what)) return
    said.add(what)
    console.error(`${what} cannot be written: ${error.message}`)
  }
}
