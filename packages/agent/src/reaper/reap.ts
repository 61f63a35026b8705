import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../process-identity.ts'
import type { ReaperArguments } from '../reaper-link.ts'
import type { RecoveredRun } from '../recover-run.ts'

const POLL_MS = 1000
/** After the end of the pipe the agent is about to be gone: looked at more often. */
const CLOSE_POLL_MS = 5
/** How often a run that stays stuck is tried before it is left to a person; its environment is locked by then. */
const TRIES = 30

/**
 * Waits for the agent's death (the end of its pipe, or a look every second) and puts in order what it owes, again and again while
 * something is stuck. An agent that lives is never disturbed, even if its pipe is gone.
 */
export async function reap(
  { agent }: Pick<ReaperArguments, 'agent'>,
  pipe: NodeJS.ReadableStream,
  recover: () => Promise<readonly RecoveredRun[]>,
): Promise<void> {
  await death(agent, pipe)
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      const runs = await recover()
      if (runs.every(({ stuck }) => stuck.length === 0)) return
    } catch (error) {
      console.error((error as Error).message)
    }
    await sleep(POLL_MS)
  }
}

async function death(agent: ReaperArguments['agent'], pipe: NodeJS.ReadableStream): Promise<void> {
  const ended = new AbortController()
  for (const event of ['end', 'close', 'error'] as const) pipe.once(event, () => ended.abort())
  const until = (): number => (ended.signal.aborted ? CLOSE_POLL_MS : POLL_MS)
  for (let looks = 0; isAlive(agent); looks += 1) {
    const quick = looks > 400 ? POLL_MS : until()
    await sleep(quick, undefined, ended.signal.aborted ? {} : { signal: ended.signal }).catch(() => undefined)
  }
}
