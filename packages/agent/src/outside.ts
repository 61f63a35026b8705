import { existsSync, lstatSync } from 'node:fs'
import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EnclosureIdentity } from '@safechaos/containments'
import type { Residue } from '@safechaos/core'
import { belongsTo, bootId, isAlive, killExactly, lineOf, type ProcessId, remainsOf } from './process-identity.ts'

/** What to look for after an enclosure: its identity if it ever stood. */
export interface Left {
  readonly run: string
  readonly bootId: string
  readonly identity: EnclosureIdentity | undefined
  readonly workDir: string
  /** The agent that opened it, if it is known. */
  readonly agent: ProcessId | undefined
  /** Never to be hit, whatever they carry. */
  readonly spare: readonly ProcessId[]
}

/** How long an enclosure may take to end of itself before what is left of it is killed. */
const POLITE_MS = 400
const POLL_MS = 20

/** Processes of the enclosure that are still there, as seen from outside. After another boot there are none. */
export function processesLeft(left: Left): { readonly ours: readonly ProcessId[]; readonly unseen: number } {
  if (left.bootId !== bootId()) return { ours: [], unseen: 0 }
  const spared = new Set([process.pid, ...left.spare.filter(isAlive).flatMap(({ pid }) => lineOf(pid))])
  const { ours, unseen } = remainsOf(left.run, left.identity?.pidNamespace, left.agent)
  const init = left.identity && { pid: left.identity.initPid, start: left.identity.initStart }
  const withInit = init !== undefined && isAlive(init) && !ours.some(({ pid }) => pid === init.pid) ? [init, ...ours] : ours
  return { ours: withInit.filter(({ pid }) => !spared.has(pid)), unseen }
}

/**
 * Waits until nothing of the enclosure runs, and after a moment kills what is left, each process by its identity. Never hits a stranger:
 * a process that no longer is the one that was found is left alone. Returns what is still there when the time is up.
 */
export async function endRemains(left: Left, withinMs: number): Promise<readonly ProcessId[]> {
  const start = performance.now()
  for (;;) {
    const { ours } = processesLeft(left)
    const passed = performance.now() - start
    if (ours.length === 0 || passed >= withinMs) return ours
    if (passed >= POLITE_MS) for (const id of ours) killExactly(id, (pid) => isOfEnclosure(pid, left))
    await sleep(POLL_MS)
  }
}

function isOfEnclosure(pid: number, left: Left): boolean {
  return pid === left.identity?.initPid || belongsTo(pid, left.run, left.identity?.pidNamespace) === true
}

/** Judges from outside what an enclosure left. */
export function residueOutside(left: Left): Residue {
  const { ours, unseen } = processesLeft(left)
  return {
    found: [
      ...ours.map(({ pid }) => ({ key: 'process', what: `process ${pid} of the enclosure still runs` })),
      ...(existsSync(left.workDir) ? [{ key: 'folder', what: `${left.workDir} is still there` }] : []),
    ],
    notSeen: unseen === 0 ? [] : [`the environment of ${unseen} processes of this user`],
    looked: ['processes that carry the run or live in its PID namespace', "the enclosure's working folder"],
  }
}

/**
 * Removes the working folder of a run: only `<stateDir>/runs/<run>/work` and never through a link, so that a damaged record cannot name
 * another. Folders that nobody may enter (an overlay leaves one) are opened first.
 */
export async function removeWorkDir(stateDir: string, workDir: string): Promise<void> {
  const path = resolve(workDir)
  const run = dirname(path)
  if (dirname(run) !== join(resolve(stateDir), 'runs') || path !== join(run, 'work')) return
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return
  await openUp(path)
  await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
}

async function openUp(folder: string): Promise<void> {
  if (((await lstat(folder)).mode & 0o700) !== 0o700) await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await openUp(join(folder, entry.name))
}
