import { Pattern, type Signal, type SignalStep } from '@safechaos/core'
import type { StepResult } from '../containment.ts'
import { Grip } from './grip.ts'
import { commandLineOf, type ProcessIdentity, processKey } from './proc.ts'
import { killQuietly } from './kill-quietly.ts'
import type { Replica } from './replica.ts'
import type { Stops } from './stops.ts'
import { until } from './until.ts'

/** SIGSTOP is asynchronous; what is not stopped after this long sits in the kernel, and cannot end meanwhile either. */
const STOPPED_WITHIN_MS = 100
const FORK_ROUNDS = 20

/** A process with the last signal that an act sent to it. */
export type SignalledProcess = ProcessIdentity & { readonly signal: Signal }

/** What the act has signalled so far: `ended` is judged by it. Filled before each signal is sent. */
export type Signalled = Map<string, SignalledProcess>

export interface SignalHouse {
  /** The init itself, its parents, the tap: whatever no step may hit. */
  isFloor(pid: number): boolean
  readonly stops: Stops
  /** By pid and start time, every process that some act has sent SIGKILL: one death is one act's. */
  readonly killed: Set<string>
}

/** The processes that a signal with this `match` means, in one replica; others may act between two of them. Each grip must be released. */
export async function meant(replica: Replica, signal: Signal | 'any', match?: string): Promise<Grip[]> {
  const whole = match !== undefined || signal === 'SIGSTOP' || signal === 'SIGCONT' || signal === 'any'
  const pids = whole ? replica.processes() : replica.main === undefined ? [] : [replica.main.pid]
  const pattern = match === undefined ? undefined : Pattern.of(match)
  const found: Grip[] = []
  for (const pid of pids) {
    const grip = Grip.on(pid)
    if (grip === undefined) continue
    // The command line was read while the grip held, so that it is this process's own.
    if ((pattern === undefined || pattern.test(commandLineOf(pid))) && grip.compare() === 'same') found.push(grip)
    else grip.release()
    if (pattern !== undefined) await new Promise(setImmediate)
  }
  return found
}

/**
 * Sends the step's signal, and after the grace the second one, to exactly the processes that were found; never to one that took over a pid,
 * and none after `stop`.
 */
export async function signalStep(
  step: SignalStep,
  replicas: readonly Replica[],
  signalled: Signalled,
  house: SignalHouse,
  stop: AbortSignal,
): Promise<StepResult> {
  const send: Send = { step, signalled, house, stop }
  const hit: Grip[] = []
  try {
    for (const replica of replicas) {
      const failure = step.signal === 'SIGSTOP' ? await freeze(replica, send, hit) : await once(replica, send, hit)
      if (failure !== undefined) return failure
    }
    if (step.then !== undefined) {
      const { signal, afterMs } = step.then
      await until(() => stop.aborted || !hit.some((grip) => grip.isAlive()), afterMs)
      for (const grip of hit) {
        if (stop.aborted) return INTERRUPTED
        if (grip.isAlive()) signalled.set(keyOf(grip), { ...grip.identity, signal })
        if (signal === 'SIGSTOP' && !isOthers(grip, house.stops)) house.stops.add(grip.identity)
        await strike(grip, signal, true)
      }
    }
    if (hit.length === 0) return { ok: true, detail: 'nothing to signal' }
    return { ok: true, detail: `${step.signal} to ${hit.map(({ identity }) => identity.pid).join(', ')}` }
  } finally {
    for (const grip of hit) grip.release()
  }
}

type Failure = Extract<StepResult, { ok: false }>

interface Send {
  readonly step: SignalStep
  readonly signalled: Signalled
  readonly house: SignalHouse
  readonly stop: AbortSignal
}

async function once(replica: Replica, { step, signalled, house, stop }: Send, hit: Grip[]): Promise<Failure | undefined> {
  const found = (await meant(replica, step.signal, step.match)).filter((grip) => {
    const isMeant = step.signal !== 'SIGCONT' || house.stops.has(grip.identity)
    if (!isMeant) grip.release()
    return isMeant
  })
  hit.push(...found)
  // An undo is right when there is nothing left to continue; a harm that finds nobody is a failure.
  if (found.length === 0) return step.signal === 'SIGCONT' ? undefined : nobody(replica, step)
  const floor = found.find(({ identity }) => house.isFloor(identity.pid))
  if (floor !== undefined) return onFloor(floor)
  if (step.signal !== 'SIGCONT') replica.strike()
  const mine = step.signal === 'SIGKILL' ? found.filter((grip) => !house.killed.has(keyOf(grip))) : found
  if (mine.length === 0) return { ok: false, code: 'SC_STEP', detail: `${replica.id} is ending already, by another act` }
  for (const grip of mine) {
    if (stop.aborted) return INTERRUPTED
    signalled.set(keyOf(grip), { ...grip.identity, signal: step.signal })
    if (step.signal === 'SIGKILL') house.killed.add(keyOf(grip))
    if ((await strike(grip, step.signal, replica.child !== grip.identity.pid)) === 'moved') return moved(grip)
    if (step.signal === 'SIGCONT' && !grip.isStopped()) house.stops.delete(grip.identity)
  }
  return undefined
}

/**
 * Stops every process that is meant, and those they started meanwhile, until a look finds no other. What somebody else has stopped gets no
 * signal: the service may let it go on at any moment, and our signal would then hold what nobody knows to be held by us.
 */
async function freeze(replica: Replica, { step, signalled, house, stop }: Send, hit: Grip[]): Promise<Failure | undefined> {
  const before = hit.length
  let still = 0
  for (let round = 0; round < FORK_ROUNDS; round += 1) {
    const [others, fresh] = split(onlyFresh(await meant(replica, 'SIGSTOP', step.match), hit), (grip) => isOthers(grip, house.stops))
    others.forEach((grip) => grip.release())
    still = others.length
    if (fresh.length === 0) break
    hit.push(...fresh)
    const floor = fresh.find(({ identity }) => house.isFloor(identity.pid))
    if (floor !== undefined) return onFloor(floor)
    for (const grip of fresh) {
      if (stop.aborted) return INTERRUPTED
      house.stops.add(grip.identity)
      signalled.set(keyOf(grip), { ...grip.identity, signal: 'SIGSTOP' })
      if ((await strike(grip, 'SIGSTOP', true)) === 'moved') return moved(grip)
    }
  }
  if (hit.length > before) return undefined
  return still > 0
    ? { ok: false, code: 'SC_STEP', detail: `${replica.id} has stopped everything itself that was to be stopped` }
    : nobody(replica, step)
}

const isOthers = (grip: Grip, stops: Stops): boolean => grip.isSignalStopped() && !stops.has(grip.identity)

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}

/**
 * Sends one signal by the identity rule: compare, stop, compare again, act, continue. `holdFirst` is false for the init's own unreaped
 * child, whose pid cannot have been given away. `gone`: it ended before it could be hit; nothing has its pid.
 */
export async function strike(grip: Grip, signal: Signal, holdFirst: boolean): Promise<'hit' | 'gone' | 'moved'> {
  const { pid } = grip.identity
  const before = grip.compare()
  if (before !== 'same') return before
  if (!holdFirst || signal === 'SIGCONT') return send(pid, signal)
  const wasStopped = grip.isStopped()
  if (send(pid, 'SIGSTOP') === 'gone') return 'gone'
  await until(() => grip.isStopped() || !grip.isAlive(), STOPPED_WITHIN_MS, 1)
  const held = grip.compare()
  if (held === 'moved') killQuietly(pid, 'SIGCONT') // A stranger has the pid: it goes on as it was.
  if (held !== 'same') return held
  if (signal === 'SIGSTOP') return 'hit'
  const outcome = send(pid, signal)
  if (signal !== 'SIGKILL' && !wasStopped) killQuietly(pid, 'SIGCONT')
  return outcome
}

/** Stops what is not stopped yet, for a copy of its files; gives back what continues exactly these. */
export async function holdStill(replicas: readonly Replica[], stops: Stops): Promise<() => void> {
  const held: Grip[] = []
  const alreadyStill: Grip[] = []
  for (let round = 0; round < FORK_ROUNDS; round += 1) {
    const fresh = onlyFresh((await Promise.all(replicas.map((replica) => meant(replica, 'any')))).flat(), [...held, ...alreadyStill])
    if (fresh.length === 0) break
    for (const grip of fresh) {
      const wasStopped = grip.isStopped()
      if (!wasStopped) stops.add(grip.identity)
      const still = wasStopped || (await strike(grip, 'SIGSTOP', true)) !== 'hit'
      ;(still ? alreadyStill : held).push(grip)
    }
  }
  return () => {
    for (const grip of held) {
      if (grip.isAlive()) killQuietly(grip.identity.pid, 'SIGCONT')
      if (!grip.isStopped()) stops.delete(grip.identity)
    }
    for (const grip of [...held, ...alreadyStill]) grip.release()
  }
}

/** Those that are not in hand yet; the others are released. */
function onlyFresh(found: readonly Grip[], inHand: readonly Grip[]): Grip[] {
  const known = new Set(inHand.map(keyOf))
  return found.filter((grip) => {
    const fresh = !known.has(keyOf(grip))
    if (!fresh) grip.release()
    return fresh
  })
}

function send(pid: number, signal: Signal): 'hit' | 'gone' {
  try {
    process.kill(pid, signal)
    return 'hit'
  } catch {
    return 'gone'
  }
}

const keyOf = ({ identity }: Grip): string => processKey(identity)

const INTERRUPTED: Failure = { ok: false, code: 'SC_STEP', detail: 'no more signals were sent, since the undo began or the time was up' }
const nobody = (replica: Replica, step: SignalStep): Failure => ({
  ok: false,
  code: 'SC_STEP',
  detail: step.match === undefined ? `${replica.id} does not run: ${replica.state}` : `no process of ${replica.id} matches /${step.match}/`,
})
const moved = ({ identity }: Grip): Failure => ({
  ok: false,
  code: 'SC_TARGET_MOVED',
  detail: `pid ${identity.pid} belongs to another process by now; it was left alone`,
})
const onFloor = ({ identity }: Grip): Failure => ({ ok: false, code: 'SC_FLOOR', detail: `pid ${identity.pid} is none that a step may hit` })
