import { setTimeout as sleep } from 'node:timers/promises'
import { downRun, isLive } from '@safechaos/agent'
import { SafechaosError } from '@safechaos/core'
import type { Act } from '../call.ts'
import { runsAround } from '../lab/known-runs.ts'

const CLOSED_MS = 20_000
const LOOK_MS = 50

/** Ends what `up` started, and waits until it is gone. */
export const act: Act = async (call) => {
  const { output } = call
  const up = runsAround(call).filter(({ live, detached }) => live && detached)
  for (const { stateDir, run } of up) downRun(stateDir, run)
  const left = new Set(up)
  for (const end = performance.now() + CLOSED_MS; left.size > 0 && performance.now() < end; await sleep(LOOK_MS)) {
    for (const one of left) if (!isLive(one.stateDir, one.run)) left.delete(one)
  }
  if (left.size > 0) {
    throw new SafechaosError({
      code: 'SC_AGENT',
      message: `not closed within ${CLOSED_MS / 1000} s: ${[...left].map(({ run }) => run).join(', ')}`,
      hint: 'look at `safechaos status`; `safechaos recover` puts in order what is left',
    })
  }
  output.give({ closed: up.map(({ run }) => run) })
  output.say(up.length === 0 ? 'nothing is up' : `closed: ${up.map(({ run }) => run).join(', ')}`)
  return 0
}
