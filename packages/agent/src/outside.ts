import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { killGroups, removeFolder } from '@safechaos/containments'
import type { Residue } from '@safechaos/core'
import { bootId, isAlive, isOfTheMachine, killExactly, lineOf, type ProcessId } from './process-identity.ts'
import { belongsTo, type Enclosed, NO_REMAINS, type Remains, remainsOf } from './remains.ts'

/** What to look for after an enclosure: its identity if it ever stood. */
export interface Left extends Enclosed {
  readonly bootId: string
  readonly workDir: string
  /** Never to be hit, whatever they carry. */
  readonly spare: readonly ProcessId[]
}

/** How long an enclosure may take to end of itself before what is left of it is killed. */
const POLITE_MS = 400
const POLL_MS = 20
/** Where a look may miss somebody, so many in a row must find nobody. */
const QUIET_LOOKS = 2

/** Processes of the enclosure that are still there, as seen from outside. After another boot there are none. */
export function processesLeft(left: Left): Remains {
  if (left.bootId !== bootId()) return NO_REMAINS
  const spared = sparedBy(left)
  const seen = remainsOf(left)
  return { ...seen, ours: seen.ours.filter(({ pid }) => !spared.has(pid)) }
}

const sparedBy = ({ spare }: Left): ReadonlySet<number> => new Set([process.pid, ...spare.filter(isAlive).flatMap(({ pid }) => lineOf(pid))])

/**
 * Waits until nothing of the enclosure runs, and after a moment kills what is left, each process by its identity. Never hits a stranger:
 * a process that no longer is the one that was found is left alone. Returns what the last look saw.
 */
export async function endRemains(left: Left, withinMs: number): Promise<Remains> {
  const start = performance.now()
  let before: readonly number[] = []
  let quiet = 0
  for (;;) {
    const look = processesLeft(left)
    const passed = performance.now() - start
    quiet = look.ours.length === 0 ? quiet + 1 : 0
    const isClear = quiet >= (look.isSure ? 1 : QUIET_LOOKS) && (look.unseen.length === 0 || passed >= POLITE_MS)
    // For an instant nobody can look into a process that becomes another user's: only what stays so is in doubt.
    if (isClear || passed >= withinMs) return { ...look, unseen: look.unseen.filter((pid) => before.includes(pid)) }
    if (passed >= POLITE_MS) await kill(left, look)
    before = look.unseen
    await sleep(POLL_MS)
  }
}

/** Each by its identity, and whoever comes from them meanwhile by their group. */
async function kill(left: Left, look: Remains): Promise<void> {
  const ours = (pid: number): boolean => mayKill(pid, left.run, look.namespace)
  for (const id of look.ours) killExactly(id, ours)
  const spared = sparedBy(left)
  await killGroups(new Set(look.ours.map(({ group }) => group)), (pid) => !spared.has(pid) && ours(pid))
}

/** Whatever a process carries: never process 1, what belongs to the machine, or what this process came from. */
function mayKill(pid: number, run: string, namespace: string | undefined): boolean {
  if (isOfTheMachine(pid) || [1, ...lineOf(process.pid)].includes(pid)) return false
  return belongsTo(pid, run, namespace) === true
}

/** Judges from outside what an enclosure left: `seen` is what the last look at its processes saw, since each costs milliseconds. */
export function residueOutside(left: Left, { ours, unseen }: Remains): Residue {
  return {
    found: [
      ...ours.map(({ pid }) => ({ key: 'process', what: `process ${pid} of the enclosure still runs` })),
      ...(existsSync(left.workDir) ? [{ key: 'folder', what: `${left.workDir} is still there` }] : []),
    ],
    notSeen: unseen.length === 0 ? [] : [`whether these processes of this user belong to it: ${unseen.join(', ')}`],
    looked: ['processes that carry the run or live in its PID namespace', "the enclosure's working folder"],
  }
}

/** Removes the working folder of a run: only `<stateDir>/runs/<run>/work`, and never through a link, so that nothing else can be meant. */
export async function removeWorkDir(stateDir: string, workDir: string): Promise<void> {
  const path = resolve(workDir)
  const run = dirname(path)
  if (path !== join(run, 'work') || !existsSync(run)) return
  if (realpathSync(run) !== join(realpathSync(stateDir), 'runs', basename(run))) return
  await removeFolder(path)
}
