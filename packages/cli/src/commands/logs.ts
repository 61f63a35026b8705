import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EnclosureEvent, isLive, runFolder } from '@safechaos/agent'
import { type LogLine, nearNames, SafechaosError, serviceOf } from '@safechaos/core'
import { type Act, textOption } from '../call.ts'
import { findRun } from '../lab/find-run.ts'
import { type KnownRun, runsAround } from '../lab/known-runs.ts'
import { membersOf } from '../lab/members-of.ts'
import { Tail } from '../lab/tail.ts'
import { tellLab } from '../lab/tell-lab.ts'
import { harmless } from '../output/harmless.ts'
import type { Output } from '../output/output.ts'
import { timeText } from '../output/words.ts'

const POLL_MS = 200

/** What services wrote: of what `up` holds, else of the latest run, or of the run that is named. In JSON one line each, and none for nothing. */
export const act: Act = async (call) => {
  const {
    arguments: [service],
    options,
    output,
  } = call
  const run = runOf(runsAround(call), textOption(call, 'run'))
  tellLab(call, run)
  const tail = new Tail(run.detached ? runFolder(run.stateDir, run.run).serviceLog : join(run.runDir ?? '', 'logs.jsonl'))
  let told = 0
  const tell = (): void => {
    for (const text of tail.lines()) if (tellLine(text, service, output)) told++
  }
  if (service !== undefined) requireService(service, run)
  tell()
  if (told === 0)
    output.say(`nothing was logged${service === undefined ? '' : ` by ${service}`} in ${run.run}${options.follow === true ? ' yet' : ''}`)
  while (options.follow === true && isLive(run.stateDir, run.run)) {
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

/** A name without lines may be a misspelt one. Throws SC_USAGE; says nothing of a run that never came to its services. */
function requireService(service: string, run: KnownRun): void {
  const replicas = membersOf(run).map(({ id }) => id)
  const services = [...new Set(replicas.map(serviceOf))]
  if (replicas.length === 0 || services.includes(service) || replicas.includes(service)) return
  const near = nearNames(service, [...services, ...replicas])[0]
  throw new SafechaosError({
    code: 'SC_USAGE',
    message: `${run.run} has no service "${service}"; it has ${services.join(', ')}`,
    hint: near === undefined ? `name one of them, or a replica as in ${replicas[0]}` : `did you mean ${near}?`,
  })
}

/** A line of either file: `up` keeps events, a run keeps lines. A torn line is left out. True if it was told. */
function tellLine(text: string, service: string | undefined, output: Output): boolean {
  const line = parsed(text)
  if (line === undefined || (service !== undefined && line.service !== service && serviceOf(line.service) !== service)) return false
  const { at, service: from, stream, line: words } = line
  output.record({ at, service: from, stream, line: words })
  output.say(
    `${output.paint.dim(timeText(at))}  ${output.paint.cyan(from)}  ${stream === 'err' ? output.paint.yellow('err ') : ''}${harmless(words)}`,
  )
  return true
}

function parsed(text: string): LogLine | undefined {
  try {
    const value = JSON.parse(text) as EnclosureEvent | (LogLine & { readonly event?: undefined })
    return value.event === undefined || value.event === 'log' ? value : undefined
  } catch {
    return undefined
  }
}
