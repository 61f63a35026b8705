import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EnclosureEvent, listRuns, runFolder } from '@safechaos/agent'
import { type LogLine, SafechaosError } from '@safechaos/core'
import { type Act, textOption } from '../call.ts'
import { findRun } from '../lab/find-run.ts'
import { type KnownRun, knownLabs, knownRuns } from '../lab/known-runs.ts'
import { Tail } from '../lab/tail.ts'
import type { Output } from '../output/output.ts'
import { timeText } from '../output/words.ts'

const POLL_MS = 200

/** What services wrote: of what `up` holds, else of the latest run, or of the run that is named. In JSON one line each. */
export const act: Act = async (call) => {
  const {
    arguments: [service],
    options,
    output,
    cwd,
    environment,
  } = call
  const run = runOf(knownRuns(knownLabs(cwd, environment)), textOption(call, 'run'))
  const tail = new Tail(run.detached ? runFolder(run.stateDir, run.run).serviceLog : join(run.runDir ?? '', 'logs.jsonl'))
  const tell = (): void => {
    for (const text of tail.lines()) tellLine(text, service, output)
  }
  tell()
  while (options.follow === true && listRuns(run.stateDir).some((live) => live.run === run.run)) {
    await sleep(POLL_MS)
    tell()
  }
  return 0
}

function runOf(runs: readonly KnownRun[], reference: string | undefined): KnownRun {
  const noun = 'run or running enclosure'
  if (reference !== undefined) return findRun(reference, runs, { noun, is: () => true })
  const found = runs.findLast(({ live, detached }) => live && detached) ?? runs.findLast(({ runDir }) => runDir !== undefined)
  if (found === undefined)
    throw new SafechaosError({ code: 'SC_NO_RUN', message: `there is no ${noun} here`, hint: 'start one: safechaos up, or safechaos run' })
  return found
}

/** A line of either file: `up` keeps events, a run keeps lines. A torn line is left out. */
function tellLine(text: string, service: string | undefined, output: Output): void {
  const line = parsed(text)
  if (line === undefined || (service !== undefined && line.service !== service && line.service.split('#')[0] !== service)) return
  const { at, service: from, stream, line: words } = line
  output.record({ at, service: from, stream, line: words })
  output.say(`${output.paint.dim(timeText(at))}  ${output.paint.cyan(from)}  ${stream === 'err' ? output.paint.yellow('err ') : ''}${words}`)
}

function parsed(text: string): LogLine | undefined {
  try {
    const value = JSON.parse(text) as EnclosureEvent | (LogLine & { readonly event?: undefined })
    return value.event === undefined || value.event === 'log' ? value : undefined
  } catch {
    return undefined
  }
}
