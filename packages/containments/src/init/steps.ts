import { spawn } from 'node:child_process'
import type { ExecStep, HoldStep, PlannedTarget, ServiceStep, Step } from '@safechaos/core'
import type { StepResult } from '../containment.ts'
import type { Act } from './act.ts'
import { letEnd } from './let-end.ts'
import type { Replica } from './replica.ts'
import { endGroup, runCommand } from './run-command.ts'
import type { Services } from './services.ts'
import { type SignalHouse, signalStep } from './signal-step.ts'
import type { Spawner } from './spawner.ts'
import { toolCommand } from './tools.ts'
import { pause, until } from './until.ts'

/** A held child that cannot run at all has ended by then. */
const HOLD_SETTLE_MS = 15

const INTERRUPTED = 'it was ended before it was done, since its undo began or its time was up'

export interface StepHouse extends SignalHouse {
  readonly spawner: Spawner
  readonly services: Services
}

/**
 * Executes one bound step of an act, within its deadline; beyond it, and once the act's undo has begun, nothing more of it happens. A step of
 * the undo acts when everything else of the act has ended. Never throws for what a step can meet.
 */
export async function runStep(house: StepHouse, act: Act, target: PlannedTarget, step: Step): Promise<StepResult> {
  const replicas = house.services.of(target)
  const undoes = act.isUndo(step)
  if (!undoes && act.over.aborted)
    return no('SC_STEP', act.undoneAlone ? 'the enclosure undid this act by itself, since it heard nothing for too long' : INTERRUPTED)
  const overdue = new AbortController()
  const late = Promise.withResolvers<StepResult>()
  const timer = setTimeout(() => {
    overdue.abort()
    late.resolve(no('SC_STEP', `not done within ${step.deadlineMs} ms`))
  }, step.deadlineMs)
  const work = undoes
    ? act.beginUndo().then(() => perform(house, act, replicas, step, overdue.signal))
    : act.during(perform(house, act, replicas, step, AbortSignal.any([act.over, overdue.signal])))
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function perform(house: StepHouse, act: Act, replicas: readonly Replica[], step: Step, stop: AbortSignal): Promise<StepResult> {
  switch (step.do) {
    case 'exec':
      return execStep(house, replicas, step, stop)
    case 'signal':
      return signalStep(step, replicas, act.signalled, house, stop)
    case 'service':
      return serviceStep(act, replicas, step, stop)
    case 'hold':
      return holdStep(house, act, replicas, step, stop)
    case 'release':
      return releaseStep(act, step.deadlineMs)
  }
}

async function execStep(house: StepHouse, replicas: readonly Replica[], step: ExecStep, stop: AbortSignal): Promise<StepResult> {
  for (const replica of step.in === 'target' ? replicas : [undefined]) {
    if (stop.aborted) return no('SC_STEP', INTERRUPTED)
    const command = toolCommand(house.spawner, step.in, replica, step.tool, step.args)
    if ('refused' in command) return no('SC_UNREACHABLE', command.refused)
    const { status, err, why } = await runCommand(command, step.deadlineMs, step.stdin, stop)
    if (stop.aborted) return no('SC_STEP', INTERRUPTED)
    if (status !== 0) return no('SC_STEP', `${step.tool} ${why || `exited with ${status}`}${err === '' ? '' : `: ${err.trim().slice(0, 500)}`}`)
  }
  return { ok: true, detail: `${step.tool} in ${step.in}` }
}

async function serviceStep(act: Act, replicas: readonly Replica[], step: ServiceStep, stop: AbortSignal): Promise<StepResult> {
  const graceMs = Math.floor(step.deadlineMs / 2)
  if (step.action === 'restore') await letEnd(act, graceMs, stop)
  const doIt = async (replica: Replica): Promise<void> => {
    if (step.action === 'stop' || step.action === 'restart') await replica.stop(graceMs)
    if (step.action === 'start' || step.action === 'restart') await replica.startAgain()
    if (step.action === 'restore') await replica.restore()
  }
  await Promise.all(replicas.map(doIt))
  const wrong = replicas.find((replica) =>
    step.action === 'stop' ? replica.child !== undefined : step.action === 'restore' ? !replica.asDesired().yes : replica.main === undefined,
  )
  if (wrong !== undefined) return no('SC_STEP', `${wrong.id} is ${wrong.state} after ${step.action}`)
  return { ok: true, detail: replicas.map((replica) => `${replica.id} is ${replica.state}`).join(', ') }
}

async function holdStep(house: StepHouse, act: Act, replicas: readonly Replica[], step: HoldStep, stop: AbortSignal): Promise<StepResult> {
  for (const replica of replicas) {
    if (stop.aborted) return no('SC_STEP', INTERRUPTED)
    const command = toolCommand(house.spawner, 'target', replica, step.tool, step.args)
    if ('refused' in command) return no('SC_UNREACHABLE', command.refused)
    const [file = '', ...args] = command.argv
    const child = spawn(file, args, { cwd: command.cwd, env: command.environment, stdio: 'ignore', detached: true })
    let failed = ''
    child.once('error', (error) => {
      failed = error.message
    })
    act.hold(child)
    await pause(HOLD_SETTLE_MS)
    if (failed !== '' || child.exitCode !== null || child.signalCode !== null) {
      endGroup(child.pid)
      return no('SC_STEP', `${step.tool} ended at once: ${failed || `code ${child.exitCode}, signal ${child.signalCode}`}`)
    }
  }
  return { ok: true, detail: `${step.tool} is held in ${replicas.map(({ id }) => id).join(', ')}` }
}

async function releaseStep(act: Act, withinMs: number): Promise<StepResult> {
  act.release()
  const gone = await until(() => act.heldAlive() === 0, withinMs - 50)
  return gone ? { ok: true, detail: 'nothing is held' } : no('SC_STEP', `${act.heldAlive()} held children do not end`)
}

const no = (code: 'SC_STEP' | 'SC_UNREACHABLE' | 'SC_TARGET_MOVED' | 'SC_FLOOR', detail: string): StepResult => ({ ok: false, code, detail })
