import { setTimeout as sleep } from 'node:timers/promises'
import { abortRun, type EndedFile, isLive, readEndedFile } from '@safechaos/agent'
import type { Act } from '../call.ts'
import { findRun, LIVE, onlyRun } from '../lab/find-run.ts'
import { allLabs, type KnownRun, knownRuns, labAround } from '../lab/known-runs.ts'

const WATCHED_MS = 15_000
const LOOK_MS = 50

/**
 * Writes the wish first, and only then looks on while everything is put back. Never asks, and finds the run wherever the person stands.
 * Exit 5 if something could not be put back, 3 if the agent has not ended in time (it goes on by itself).
 */
export const act: Act = async ({ arguments: [reference], output, cwd, environment }) => {
  const runs = knownRuns(allLabs(environment), reference === 'last' ? undefined : reference)
  const meant = reference === undefined ? onlyRun(runs, LIVE) : findRun(reference, runs, LIVE)
  const from = performance.now()
  const told = abortRun(meant.stateDir, meant.run)
  const how = told === 'file' ? '' : ' (by a signal: its state folder has no room for even an empty file)'
  const where = labAround(cwd, environment)?.labDir === meant.labDir ? '' : ` of ${meant.labDir}`
  output.say(`${meant.run}${where} is told to stop and to put everything back${how}`)
  const ended = await endOf(meant)
  const ms = Math.round(performance.now() - from)
  output.give({ run: meant.run, told: true, ended: ended !== undefined, stuck: ended?.stuck ?? [], afterMs: ms })
  if (ended === undefined) {
    output.say(`it has not ended within ${WATCHED_MS / 1000} s; it goes on putting back. Look on: safechaos watch ${meant.run}`)
    return 3
  }
  output.say(
    ended.stuck.length === 0
      ? `everything is back and closed after ${(ms / 1000).toFixed(1)} s. Next: safechaos report ${meant.run}`
      : `NOT put back: ${ended.stuck.join(', ')}. Next: safechaos recover`,
  )
  return ended.stuck.length === 0 ? 0 : 5
}

/** How the agent ended; undefined if it has not within the time. */
async function endOf({ stateDir, run }: KnownRun): Promise<EndedFile | undefined> {
  for (const end = performance.now() + WATCHED_MS; performance.now() < end; await sleep(LOOK_MS)) {
    const ended = readEndedFile(stateDir, run)
    if (ended !== undefined && !isLive(stateDir, run)) return ended
  }
  return undefined
}
