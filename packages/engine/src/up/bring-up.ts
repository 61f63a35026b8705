import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { labState, listRuns, type Member, readJson, runFolder, startAgent } from '@safechaos/agent'
import { type ContainmentName, SafechaosError } from '@safechaos/core'
import { findLabFolder } from '../files/find-lab-folder.ts'
import { onlyStack } from '../files/stack-files.ts'
import { loadStack, type LoadedStack } from '../files/load-stack.ts'
import { newRunId } from '../run/early.ts'

export interface UpOptions {
  readonly cwd: string
  /** The Compose file; without it, the only one in the lab's `stacks/`. */
  readonly stack?: string | undefined
  readonly containment?: ContainmentName | undefined
}

/** A stack that runs and goes on without this process. */
export interface BroughtUp {
  readonly run: string
  readonly labDir: string
  readonly stack: string
  readonly containment: ContainmentName
  readonly members: readonly Member[]
  /** What is not isolated, in sentences. */
  readonly weaker: readonly string[]
}

const OPEN_MS = 60_000
const SHOWN_MS = 2000
const LOOK_MS = 25

/**
 * Opens an enclosure with the stack's services and lets go of its agent, which holds it until `down`. Where the strongest containment does not
 * work and nobody chose one, it is `process`, and `weaker` says so. Throws SC_STACK, SC_CONTAINMENT, SC_BUSY.
 */
export async function bringUp(options: UpOptions): Promise<BroughtUp> {
  const labDir = findLabFolder(options.stack === undefined ? options.cwd : dirname(resolve(options.cwd, options.stack)))
  const loaded = stackOf(labDir, options)
  const stateDir = labState(labDir)
  const held = listRuns(stateDir).find(({ detached }) => detached)
  if (held !== undefined)
    throw new SafechaosError({ code: 'SC_BUSY', message: `this lab is up already, as ${held.run}`, hint: 'run `safechaos down` first' })
  const wanted: readonly ContainmentName[] = options.containment === undefined ? ['sandbox', 'process'] : [options.containment]
  for (const [index, containment] of wanted.entries()) {
    try {
      return await open(labDir, stateDir, loaded, containment)
    } catch (error) {
      if (index === wanted.length - 1 || !(error instanceof SafechaosError) || error.code !== 'SC_CONTAINMENT') throw error
    }
  }
  throw new Error('no containment was tried')
}

function stackOf(labDir: string, { cwd, stack }: UpOptions): LoadedStack {
  const only = stack === undefined ? onlyStack(labDir) : { ok: true as const, path: resolve(cwd, stack) }
  if (!only.ok) throw new SafechaosError({ ...only.problem, hint: only.problem.hint ?? 'name the Compose file: safechaos up FILE' })
  const reading = loadStack(only.path, labDir)
  if (reading.ok) return reading.loaded
  const [first = { code: 'SC_STACK', message: `${only.path} was refused without a reason` } as const, ...more] = reading.problems
  throw new SafechaosError(first, { more })
}

async function open(labDir: string, stateDir: string, loaded: LoadedStack, containment: ContainmentName): Promise<BroughtUp> {
  const run = newRunId()
  const link = startAgent({ run, labDir, containment, stateDir, detached: true })
  try {
    await link.ask({ ask: 'prepare', stack: loaded.stack, stackDir: loaded.stackDir }, OPEN_MS)
    const { members, weaker } = await link.ask({ ask: 'open', planned: undefined }, OPEN_MS)
    await untilShown(runFolder(stateDir, run).members, members.length)
    link.release()
    return { run, labDir, stack: loaded.stackFile, containment, members, weaker }
  } catch (error) {
    link.stop()
    await link.end(OPEN_MS)
    if (!(error instanceof SafechaosError)) throw error
    const log = join(runFolder(stateDir, run).folder, 'services.jsonl')
    throw new SafechaosError({ code: error.code, message: error.message, hint: `what the services said is in ${log}` }, { cause: error })
  }
}

/** Waits until the agent has written down for `ps` what it holds, so that the next command sees it; not longer than two seconds. */
async function untilShown(file: string, members: number): Promise<void> {
  for (const end = performance.now() + SHOWN_MS; performance.now() < end && (readJson<readonly Member[]>(file)?.length ?? 0) < members; )
    await sleep(LOOK_MS)
}
