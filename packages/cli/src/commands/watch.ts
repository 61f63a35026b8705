import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExitCode } from '@safechaos/core'
import { readRecords } from '@safechaos/engine'
import { isLive } from '@safechaos/agent'
import type { Act, Call } from '../call.ts'
import { findRun, type Wanted } from '../lab/find-run.ts'
import { type KnownRun, runsAround } from '../lab/known-runs.ts'
import { runScreen } from '../live/run-screen.ts'
import { verdictLines } from '../live/verdict-lines.ts'

const RUN: Wanted = { noun: 'run', is: ({ detached, runDir }) => !detached && runDir !== undefined }
const POLL_MS = 200
/** The agent of a run is gone before its controller has judged: silence is an end only after this long. */
const QUIET_MS = 5000

/** Looks on at a run of another process until it ends. It only reads. The exit code is the verdict's; 3 if the run ended without one. */
export const act: Act = async (call) => {
  const {
    arguments: [reference = 'last'],
    output,
  } = call
  const run = findRun(reference, runsAround(call), RUN)
  const screen = runScreen(output, process.stdout, false)
  let seen = 0
  let newest = performance.now()
  try {
    while (screen.view.verdict === undefined && performance.now() - newest < QUIET_MS) {
      const records = readRecords(join(run.runDir ?? '', 'ledger.db'), seen)
      for (const record of records) screen.onRecord(record)
      seen = records.at(-1)?.seq ?? seen
      if (records.length > 0 || isLive(run.stateDir, run.run)) newest = performance.now()
      if (screen.view.verdict === undefined) await sleep(POLL_MS)
    }
  } finally {
    screen.end()
  }
  return tellEnd(call, run, screen.view.verdict)
}

function tellEnd({ output }: Call, { run, runDir }: KnownRun, verdict: Parameters<typeof verdictLines>[0] | undefined): ExitCode {
  output.record({ run, verdict: verdict ?? null, exit: verdict?.exit ?? 3, runDir })
  output.say(
    verdict === undefined
      ? `\n${run} ended without a verdict: its controller is gone. Next: safechaos recover`
      : `\n${verdictLines(verdict, output.paint, output.width).join('\n')}\n\nnext    safechaos report ${run}`,
  )
  return verdict?.exit ?? 3
}
