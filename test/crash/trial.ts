import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainmentName, WorstCase } from '@safechaos/core'
import type { DriverArguments, Phase } from './driver-phases.ts'
import { findFault, findResidue, lookBefore, read } from './inspect.ts'
import { type CrashLab, SLEEPERS } from './lab.ts'

export type Death = 'agent' | 'controller' | 'both' | 'hung'

export interface Trial {
  readonly fault: string
  readonly containment: ContainmentName
  readonly death: Death
  /** A phase of the driver at which it is killed or stopped from outside, or a crash point at which the agent does that, to itself or to the driver. */
  readonly at: { readonly phase: Phase } | { readonly point: string }
}

export interface Outcome extends Trial {
  /** From the death until nothing was left, in milliseconds; undefined if something was left at the bound. */
  readonly goneMs: number | undefined
  readonly boundMs: number
  readonly left: readonly string[]
}

/** A fault may be only on its way when its controller hangs: it is gone when it is not seen any more after lease and renewal have passed. */
const HUNG_MS = 2000
/** On top of what the plan prints: the reaper's own start-up and last look. */
const REAPER_MS = 2000
const PATIENCE_MS = 30_000
const LOOK_MS = 20

interface Told {
  readonly phase: Phase
  readonly agent: number
  readonly bounds: WorstCase
}

/** What the agent sends its controller at a crash point instead of killing itself. */
const SENT: Readonly<Record<Death, Pick<DriverArguments, 'signal'>>> = {
  agent: {},
  both: {},
  controller: { signal: 'SIGKILL' },
  hung: { signal: 'SIGSTOP' },
}

/** One death, from outside: starts a controller, kills what is to die at its place, and looks until nothing is left or the bound is over. */
export async function runTrial(lab: CrashLab, trial: Trial): Promise<Outcome> {
  const run = lab.newRun()
  const before = lookBefore(run)
  const args: DriverArguments = {
    run,
    charter: lab.charter(trial.fault),
    containment: trial.containment,
    stateDir: lab.stateDir,
    dieWithAgent: trial.death === 'both',
    ...('phase' in trial.at ? { stopAt: trial.at.phase } : { crashAt: trial.at.point, ...SENT[trial.death] }),
  }
  const child = spawn(process.execPath, [new URL('driver.ts', import.meta.url).pathname, JSON.stringify(args)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: lab.environment,
  })
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  try {
    const told = await waitForPlace(child, trial, exited)
    kill(child, told, trial)
    const diedAt = performance.now()
    const bound = boundOf(told.bounds, trial.death) + (trial.death === 'hung' ? 0 : REAPER_MS)
    if (trial.death !== 'hung')
      return { ...trial, boundMs: bound, ...(await lookUntilGone(() => findResidue(before, run, lab.stateDir), diedAt, bound)) }
    // A controller that hangs may come back, so the enclosure stays; the fault must not. When the controller dies at last, all goes.
    const fault = await lookUntilGone(() => findFault(run, SLEEPERS), diedAt, bound, HUNG_MS)
    child.kill('SIGKILL')
    const rest = await lookUntilGone(() => findResidue(before, run, lab.stateDir), performance.now(), told.bounds.controllerDeathMs + REAPER_MS)
    return { ...trial, goneMs: rest.goneMs === undefined ? undefined : fault.goneMs, boundMs: bound, left: [...fault.left, ...rest.left] }
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

/** Resolves at the phase where the driver stands still; for a crash point, when the driver has ended, or stands still. */
function waitForPlace(child: ChildProcess, trial: Trial, exited: Promise<number | null>): Promise<Told> {
  return new Promise((done, fail) => {
    let last: Told | undefined
    let rest = ''
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      clearInterval(stopped)
      act()
    }
    const timer = setTimeout(
      () => settle(() => fail(new Error(`${JSON.stringify(trial)}: the driver did not get there, last ${last?.phase}`))),
      PATIENCE_MS,
    )
    const isHangingAtPoint = (): boolean => 'point' in trial.at && trial.death === 'hung' && isStopped(child.pid)
    const stopped = setInterval(() => {
      if (last !== undefined && isHangingAtPoint()) settle(() => done(last as Told))
    }, LOOK_MS)
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        last = JSON.parse(line) as Told
        if ('phase' in trial.at && last.phase === trial.at.phase) settle(() => done(last as Told))
      }
    })
    void exited.then((code) =>
      settle(() => {
        if (last === undefined) fail(new Error(`${JSON.stringify(trial)}: the driver ended before it began`))
        else if (code === 0 && !isAnswered(trial)) fail(new Error(`${JSON.stringify(trial)}: nobody died there`))
        else done(last)
      }),
    )
  })
}

/** At the last point the driver has all its answers before anybody dies, and ends well. */
const isAnswered = ({ at }: Trial): boolean => 'point' in at && at.point === 'mid-put-away'

const isStopped = (pid: number | undefined): boolean => /\) T /.test(read(`/proc/${pid}/stat`))

function kill(child: ChildProcess, { agent }: Told, trial: Trial): void {
  if ('point' in trial.at) return
  if (trial.death === 'hung') child.kill('SIGSTOP')
  if (trial.death === 'controller' || trial.death === 'both') child.kill('SIGKILL')
  if (trial.death === 'agent' || trial.death === 'both') process.kill(agent, 'SIGKILL')
}

const boundOf = (bounds: WorstCase, death: Death): number =>
  death === 'controller' ? bounds.controllerDeathMs : death === 'hung' ? bounds.silenceMs : bounds.agentDeathMs

/** Looks for at least `leastMs` and until nothing is there; `goneMs` is when something was there for the last time, or the first empty look. */
async function lookUntilGone(
  look: () => string[],
  diedAt: number,
  bound: number,
  leastMs = 0,
): Promise<{ readonly goneMs: number | undefined; readonly left: readonly string[] }> {
  let goneMs: number | undefined
  for (;;) {
    const left = look()
    const passed = performance.now() - diedAt
    if (left.length > 0) goneMs = undefined
    else goneMs ??= passed
    if (goneMs !== undefined && passed >= leastMs) return { goneMs, left }
    if (passed > bound) return { goneMs: undefined, left }
    await sleep(LOOK_MS)
  }
}
