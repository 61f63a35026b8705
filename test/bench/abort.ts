import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { abortRun, type AgentLink, type FreeWord, runFolder, startAgent } from '@safechaos/agent'
import { type Prepared, prepare } from '@safechaos/engine'
import { findFault } from '../crash/inspect.ts'
import { type CrashLab, makeCrashLab, SLEEPERS } from '../crash/lab.ts'
import { type Bench, type BenchOptions, quantile, type Row, timed } from './bench.ts'
import { packagedEntry } from './packaged.ts'
import { type Pair, pairsOf } from './pairs.ts'
import { seeded } from './seeded.ts'
import { openOn } from '../support/open-on.ts'

const CYCLES = 200
const TYPED = 40
const GOAL = { p99: 250, max: 1000 }
const PATIENCE_MS = 20_000
const EXEC_MS = 2000
/** Longer than the agent's own tick, so that the abort comes at every moment of it. */
const ANY_MOMENT_MS = 50

const abortBench = (burning: boolean): Bench => ({
  name: burning ? 'abort-burning' : 'abort',
  title: `Abort: from the file written to the fault verified gone${burning ? ', with every core kept busy by others' : ''}`,
  how: `For each fault in each containment that offers it: an agent of its own opens three sleeping services, injects, and at a random moment the abort file is written. Counted from before the writing (which is durable) to the agent's word that every act is verified gone.
After each, the enclosure that still stands is looked at from outside, by other means: services, stopped processes, held children, nftables.`,
  usesSeed: true,
  run: async (options) => {
    const lab = makeCrashLab()
    try {
      const random = seeded(options.seed)
      const rows: Row[] = []
      for (const pair of pairsOf(lab)) rows.push(await measure(lab, pair, burning, random, options))
      return { rows: burning ? rows : [...rows, ...(await typed(lab, options))] }
    } finally {
      lab.remove()
    }
  },
})

export const abort = abortBench(false)
export const abortBurning = abortBench(true)

async function measure(lab: CrashLab, pair: Pair, burning: boolean, random: () => number, { n = CYCLES, say }: BenchOptions): Promise<Row> {
  const prepared = await prepare({ charter: lab.charter(pair.fault), containment: pair.containment })
  const values: number[] = []
  while (values.length < n) {
    const fire = burning ? burnAllCores() : []
    try {
      values.push(await cycle(lab, pair, prepared, random() * ANY_MOMENT_MS))
    } finally {
      for (const child of fire) child.kill('SIGKILL')
    }
  }
  const what = `${pair.fault} in ${pair.containment}`
  say(`${what}: p50 ${quantile(values, 0.5).toFixed(0)}, p99 ${quantile(values, 0.99).toFixed(0)}`)
  return { what, values, goal: `p99 ≤ ${GOAL.p99}, max ≤ ${GOAL.max}`, met: ({ p99, max }) => p99 <= GOAL.p99 && max <= GOAL.max }
}

/** One agent, one abort. Throws if something of the fault is left. */
async function cycle(lab: CrashLab, { containment }: Pair, prepared: Prepared, waitMs: number): Promise<number> {
  const run = lab.newRun()
  const link = startAgent({ run, labDir: prepared.labDir, containment, stateDir: lab.stateDir, detached: false })
  try {
    await openOn(link, prepared)
    await injectUntilOne(link)
    await sleep(waitMs)
    const reverted = heard(link, (word) => word.word === 'reverted')
    const ms = await timed(async () => {
      abortRun(lab.stateDir, run)
      await reverted
    })
    const word = await reverted
    const left = await leftOf(run)
    if (word.word !== 'reverted' || word.result.cause !== 'operator' || word.result.stuck.length > 0 || left.length > 0)
      throw new Error(`${prepared.charter.name}: ${JSON.stringify(word)}, left: ${left.join('; ')}`)
    await link.ask({ ask: 'close' })
    return ms
  } finally {
    await link.end()
  }
}

/** What an independent look from outside still sees; a service that was started again may still be on its way from its shell to its program. */
async function leftOf(run: string): Promise<readonly string[]> {
  for (const end = performance.now() + EXEC_MS; ; await sleep(10)) {
    const left = findFault(run, SLEEPERS)
    if (left.length === 0 || performance.now() > end) return left
  }
}

/** Injects the first stage; some faults act only later in it, under a lease that is renewed meanwhile. */
async function injectUntilOne(link: AgentLink): Promise<void> {
  const acted = heard(link, (word) => word.word === 'act' && word.act.what === 'injected')
  await link.ask({ ask: 'inject', stage: 1 })
  const renewing = setInterval(() => void link.ask({ ask: 'renew', newest: Date.now() }).catch(() => undefined), 300)
  try {
    await acted
  } finally {
    clearInterval(renewing)
  }
}

function heard(link: AgentLink, is: (word: FreeWord) => boolean): Promise<FreeWord> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('the agent did not say it in time')), PATIENCE_MS)
    link.onWord((word) => {
      if (!is(word)) return
      clearTimeout(timer)
      done(word)
    })
  })
}

/** They end by themselves, should nobody end them. */
const burnAllCores = (): ChildProcess[] =>
  Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', `for (const end = Date.now() + ${PATIENCE_MS}; Date.now() < end; );`], { stdio: 'ignore' }),
  )

/** From the command typed to the file written, which is all that the agent needs; the command then looks on. */
async function typed(lab: CrashLab, { n = TYPED, say }: BenchOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
  const entry = packagedEntry(folder)
  const empty = join(folder, 'bare.cjs')
  writeFileSync(empty, '')
  const env = { ...lab.environment, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') }
  const pair: Pair = { fault: 'process.pause', containment: 'process' }
  const { labDir, planned, stack, stackDir } = await prepare({ charter: lab.charter(pair.fault), containment: pair.containment })
  const run = lab.newRun()
  const link = startAgent({ run, labDir, containment: pair.containment, stateDir: lab.stateDir, detached: false })
  try {
    await openOn(link, { planned, stack, stackDir })
    const file = runFolder(lab.stateDir, run).abort
    const bare: number[] = []
    const values: number[] = []
    for (let round = 0; round <= Math.min(n, TYPED); round += 1) {
      bare.push(await timed(() => spawnSync(process.execPath, [empty], { stdio: 'ignore', timeout: PATIENCE_MS })))
      rmSync(file, { force: true })
      const from = performance.now()
      const child = spawn(process.execPath, [entry, 'abort', run], { cwd: labDir, env, stdio: 'ignore' })
      while (!existsSync(file) && performance.now() - from < PATIENCE_MS) await sleep(1)
      values.push(performance.now() - from)
      child.kill('SIGKILL')
    }
    say(`safechaos abort, typed to written: p50 ${quantile(values, 0.5).toFixed(0)}`)
    // The first one compiles.
    return [
      { what: '`safechaos abort`, typed to written', values: values.slice(1) },
      { what: 'bare Node beside it', values: bare.slice(1) },
    ]
  } finally {
    await link.end()
    rmSync(folder, { recursive: true, force: true })
  }
}
