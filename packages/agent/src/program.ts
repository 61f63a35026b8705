import { fstatSync, mkdirSync } from 'node:fs'
import { bundlePath, type Containment, type Enclosure } from '@safechaos/containments'
import { BOUNDS, type EndCause, problemsOf, SafechaosError } from '@safechaos/core'
import { answer } from './asks.ts'
import { systemClock } from './clock.ts'
import { crashPoint } from './crash-points.ts'
import { keepFiles } from './detached.ts'
import { makeFolder, replaceFileSync } from './durable.ts'
import { type OwedEnclosure, OwedRecords } from './owed.ts'
import { bootId, ownId } from './process-identity.ts'
import { type AgentArguments, START } from './protocol.ts'
import { stackDigest } from './stack-digest.ts'
import { startReaper } from './reaper-link.ts'
import { recoverLab } from './recover.ts'
import { type AgentFile, isRunId, type RunFolder, runFolder } from './run-folder.ts'
import { Session } from './session.ts'
import { supervise } from './supervisor.ts'
import { within } from './within.ts'
import { readLines, sayOn } from './words.ts'

const SHUTDOWN_MS = 30_000
const WORDS = 1
const LOG = 2
const TAP = 3

/**
 * The agent: launches its enclosure at once, answers asks, and ends everything when it is told to, when the controller is gone, or when
 * the run is over by its own rules. Never returns.
 */
export function runAgent(args: AgentArguments, containments: readonly Containment[], reaperProgram: () => string = () => bundlePath('reaper')): void {
  const containment = containments.find(({ name }) => name === args.containment)
  if (containment === undefined) throw new SafechaosError({ code: 'SC_CONTAINMENT', message: `there is no containment ${args.containment}` })
  if (!isRunId(args.run)) throw new SafechaosError({ code: 'SC_USAGE', message: `${args.run} is not a run id` })
  const self = ownId()
  const folder = runFolder(args.stateDir, args.run)
  const owed = writeOwed(args, folder)
  const records = new OwedRecords(args.stateDir, args.run)
  records.writeNow(0, owed)
  const launched = launch(args, containment, folder)
  const say = sayOn(WORDS)
  const session = new Session({
    arguments: args,
    containment,
    clock: systemClock,
    self,
    launched,
    records,
    owed,
    reaper: startReaper(reaperProgram(), { stateDir: args.stateDir, run: args.run, agent: self }),
    recovered: recoverLab(args.stateDir, { clear: false }).catch((error: Error) => console.error(error.message)),
    // Not at the start: what comes first are the walls.
    loadPlanCheck: () => import('./plan-check.ts'),
    digestStack: stackDigest,
    say,
  })
  const stands = (enclosure: Enclosure): void => {
    session.adopt(enclosure)
    if (args.detached) keepFiles(enclosure, folder)
    crashPoint('after-launch')
    say({ word: 'ready', pid: process.pid })
  }
  launched.then(stands, (error: Error) => say({ re: START, ok: false, problems: problemsOf(error, 'SC_CONTAINMENT') }))
  live(args, folder, session, say)
}

/** Folder, `agent.json`, and the record that an enclosure is owed: durable before the first wall is made. */
function writeOwed(args: AgentArguments, folder: RunFolder): OwedEnclosure {
  makeFolder(folder.folder)
  mkdirSync(folder.work, { recursive: false, mode: 0o700 })
  const base = { run: args.run, agent: ownId(), bootId: bootId(), containment: args.containment }
  const file: AgentFile = { ...base, controller: args.controller, labDir: args.labDir, detached: args.detached, startedAt: Date.now() }
  // Only needed while this boot lasts; what is owed is durable.
  replaceFileSync(folder.agentJson, `${JSON.stringify(file)}\n`)
  return { ...base, version: 1, kind: 'enclosure', at: Date.now(), workDir: folder.work, identity: undefined }
}

function launch(args: AgentArguments, containment: Containment, folder: RunFolder): Promise<Enclosure> {
  return containment.launch({
    run: args.run,
    labDir: args.labDir,
    workDir: folder.work,
    deafAfterMs: BOUNDS.deafMs,
    tapFd: isOpen(TAP) ? TAP : undefined,
    logFd: LOG,
  })
}

/** Everything that can end the agent leads here; the first one does it, and the process is gone in bounded time. */
function live(args: AgentArguments, folder: RunFolder, session: Session, say: ReturnType<typeof sayOn>): void {
  let leaving = false
  const leave = (cause: EndCause, detail: string): void => {
    void session.end(cause, detail)
    if (leaving) return
    leaving = true
    void within(
      session.leave().then(() => 0),
      SHUTDOWN_MS,
      () => 1,
    ).then((code) => {
      stop()
      process.exit(code)
    })
  }
  const stop = supervise({
    folder,
    onAbort: () => void session.end('operator', 'the abort file was written'),
    onDown: () => leave('operator', 'the down file was written'),
    onFolderLost: () => void session.end('error', 'the state folder of the run has vanished'),
    onTick: () => session.tick(),
    onBeat: () => session.beat(),
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => leave('operator', `the agent got ${signal}`))
  process.on('uncaughtException', (error) => {
    console.error(error)
    leave('error', `a fault of the agent itself: ${error.message}`)
  })
  const gone = (): void => {
    // Before the session is open nobody knows of it who could end it again.
    if (!args.detached || !session.isOpen) leave('controller-lost', 'the controller is gone')
  }
  readLines(process.stdin, (line) => void answer(session, line, say), gone)
}

function isOpen(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    return stat.isSocket() || stat.isFIFO() || stat.isFile()
  } catch {
    return false
  }
}
