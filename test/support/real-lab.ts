import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { labState } from '@safechaos/agent'
import { type ActRecord, type Body, type DigestedPlan, type LedgerRecord, type RecordKind, type Verdict } from '@safechaos/core'
import type { TestContext } from 'vitest'
import { buildIfStale } from '../../scripts/build.ts'
import { processesOfRun } from './outside.ts'

const ENTRY = join(import.meta.dirname, '../../packages/cli/bin/safechaos.js')
const PATIENCE_MS = 90_000

type BodyOf<Kind extends RecordKind> = Extract<Body, { readonly kind: Kind }>

/** What a run has said so far, read from the JSON lines of the command. */
export class Told {
  readonly records: LedgerRecord[] = []
  /** The last line of a run that came to its end. */
  end: { readonly run: string; readonly runDir: string; readonly verdict: Verdict } | undefined
  /** The last line of a run that could not begin. */
  error: { readonly problems: readonly { readonly code: string; readonly message: string }[] } | undefined
  stderr = ''

  bodies<Kind extends RecordKind>(kind: Kind): BodyOf<Kind>[] {
    return this.records.flatMap(({ body }) => (body.kind === kind ? [body as BodyOf<Kind>] : []))
  }

  get run(): string {
    return this.bodies('begun')[0]?.run ?? ''
  }

  get planned(): DigestedPlan {
    const [body] = this.bodies('plan')
    if (body === undefined) throw new Error(`no plan was told: ${this.stderr}`)
    return body.planned
  }

  /** Acts that were meant, not rehearsed. */
  acts(what?: ActRecord['what']): ActRecord[] {
    return this.bodies('act').flatMap(({ act }) => (act.stage > 0 && (what === undefined || act.what === what) ? [act] : []))
  }

  /** When it was recorded first, in epoch milliseconds. */
  at(is: (body: Body) => boolean): number {
    const found = this.records.find(({ body }) => is(body))
    if (found === undefined) throw new Error(`it was never recorded: ${is.toString()}; ${this.stderr}`)
    return found.at
  }

  /** When the last act was verified gone, in epoch milliseconds. */
  get lastVerifiedAt(): number {
    return Math.max(
      ...this.records.flatMap(({ at, body }) => (body.kind === 'act' && body.act.stage > 0 && body.act.what === 'verified' ? [at] : [])),
    )
  }

  /** From the first inject until the last act was verified gone, in milliseconds. */
  get underFaultMs(): number {
    return this.lastVerifiedAt - this.at((body) => body.kind === 'act' && body.act.stage > 0 && body.act.what === 'injected')
  }
}

/** One `safechaos run` as a process. */
export interface RealRun {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly told: Told
  /** Resolves when a record says so; throws after a minute and a half, or when the run ends before. */
  readonly until: (is: (body: Body) => boolean) => Promise<void>
  /** Resolves with the exit code when the command has ended. */
  readonly ended: Promise<number | null>
}

/** A lab in a folder of its own, with a state folder of its own, used through the command line. */
export interface RealLab extends Disposable {
  readonly folder: string
  readonly labDir: string
  readonly stateDir: string
  readonly environment: NodeJS.ProcessEnv
  /** Writes a file of the lab and returns its path. */
  readonly write: (name: string, text: string) => string
  readonly cli: (...words: string[]) => { readonly status: number | null; readonly stdout: string; readonly stderr: string }
  /** Starts `safechaos run`; `wrap` is a command that the words are added to. */
  readonly start: (charter: string, wrap?: readonly string[]) => RealRun
  /** Runs to the end. */
  readonly run: (charter: string) => Promise<{ readonly exit: number | null; readonly told: Told }>
}

/** True once a record says that targets are under fault. */
export const holding = (body: Body): boolean => body.kind === 'ramp' && body.state === 'hold'

/** `files` are paths in the lab with their text. */
export function realLab(files: Readonly<Record<string, string>>): RealLab {
  buildIfStale()
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-real-'))
  const labDir = join(folder, 'lab')
  const environment = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') }
  const runs: RealRun[] = []
  const write = (name: string, text: string): string => {
    const file = join(labDir, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  write('lab.yaml', 'name: real\n')
  for (const [name, text] of Object.entries(files)) write(name, text)
  const cli: RealLab['cli'] = (...words) =>
    spawnSync(process.execPath, [ENTRY, ...words], { cwd: labDir, env: environment, encoding: 'utf8', timeout: 60_000 })
  const start: RealLab['start'] = (charter, wrap = []) => {
    const run = startRun([...wrap, process.execPath, ENTRY, 'run', charter, '--json'], labDir, environment)
    runs.push(run)
    return run
  }
  return {
    folder,
    labDir,
    stateDir: labState(labDir, join(environment.XDG_STATE_HOME, 'safechaos')),
    environment,
    write,
    cli,
    start,
    run: async (charter) => {
      const { told, ended } = start(charter)
      return { exit: await ended, told }
    },
    [Symbol.dispose]: () => {
      for (const { child } of runs) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      cli('recover')
      for (const { told } of runs) for (const pid of told.run === '' ? [] : processesOfRun(told.run)) process.kill(pid, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function startRun(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): RealRun {
  const [file = '', ...words] = command
  const child = spawn(file, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const told = new Told()
  const waiting = new Set<() => void>()
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(told, line)
    for (const look of waiting) look()
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const ended = new Promise<number | null>((done) =>
    child.once('close', (code) => {
      clearTimeout(timer)
      done(code)
      for (const look of waiting) look()
    }),
  )
  const until: RealRun['until'] = (is) =>
    new Promise((done, fail) => {
      const look = (): void => {
        const seen = told.records.some(({ body }) => is(body))
        if (!seen && child.exitCode === null && child.signalCode === null) return
        waiting.delete(look)
        if (seen) done()
        else fail(new Error(`the run ended before ${is.toString()}: ${told.stderr}${JSON.stringify(told.records.at(-1)?.body)}`))
      }
      waiting.add(look)
      look()
    })
  return { child, told, until, ended }
}

interface Line {
  readonly record?: LedgerRecord
  readonly verdict?: Verdict
  readonly run?: string
  readonly runDir?: string
  readonly error?: Told['error']
}

function hear(told: Told, line: string): void {
  const said = JSON.parse(line) as Line
  if (said.record !== undefined) told.records.push(said.record)
  else if (said.verdict !== undefined && said.run !== undefined) told.end = { run: said.run, runDir: said.runDir ?? '', verdict: said.verdict }
  else told.error = said.error
}

/** Skips a test and says why, and what to do about it. */
export function skipLoudly(context: TestContext, what: string, command: string): never {
  const reason = `${what}. Enable it with: ${command}`
  console.warn(`skipped: ${reason}`)
  return context.skip(reason)
}

/** How many of these run at once: the machine may have two cores only. */
export function atMost(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count
  const queue: (() => void)[] = []
  return async (work) => {
    if (free === 0) await new Promise<void>((go) => queue.push(go))
    else free -= 1
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
