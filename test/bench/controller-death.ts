import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { readChain, runFolder } from '@safechaos/agent'
import type { DriverArguments, Phase } from '../crash/driver-phases.ts'
import { findFault, findResidue, lookBefore } from '../crash/inspect.ts'
import { type CrashLab, makeCrashLab, SLEEPERS } from '../crash/lab.ts'
import { type Bench, type BenchOptions, quantile, type Row } from './bench.ts'
import { type Pair, pairsOf } from './pairs.ts'

const CYCLES = 50
const HUNG_CYCLES = 10
const KILLED = { p50: 50, p99: 100 }
/** Of the crash suite's lab. */
const LEASE_MS = 1000
const HUNG_MS = LEASE_MS + 100
const PATIENCE_MS = 20_000
const CLOSED_MS = 5000

export const controllerDeath: Bench = {
  name: 'controller-death',
  title: 'Death of the controller: until the fault is gone',
  how: `A controller injects the first stage of each fault in each containment and is then killed (SIGKILL), or hung (SIGSTOP) right after it has renewed a lease of ${LEASE_MS} ms. Counted from the signal to the agent's own fsynced record that the last act is
verified gone. After a kill the machine is then looked at from outside: no process, namespace, mount, record or folder of the run may be left; after a hang no trace of the fault in the enclosure, which stands.`,
  usesSeed: false,
  run: async (options) => {
    const lab = makeCrashLab()
    try {
      const killed: Row[] = []
      const hung: Row[] = []
      for (const pair of pairsOf(lab)) {
        killed.push(await measure(lab, pair, 'SIGKILL', options))
        hung.push(await measure(lab, pair, 'SIGSTOP', options))
      }
      return { rows: [all('killed', killed), ...killed, all('hung', hung), ...hung] }
    } finally {
      lab.remove()
    }
  },
}

const all = (how: string, rows: readonly Row[]): Row => ({
  what: `${how}, all`,
  values: rows.flatMap(({ values }) => values),
  ...(how === 'killed'
    ? { goal: `p50 ≤ ${KILLED.p50}, p99 ≤ ${KILLED.p99}`, met: ({ p50, p99 }) => p50 <= KILLED.p50 && p99 <= KILLED.p99 }
    : { goal: `max ≤ lease + 100 = ${HUNG_MS}`, met: ({ max }) => max <= HUNG_MS }),
})

async function measure(lab: CrashLab, pair: Pair, signal: 'SIGKILL' | 'SIGSTOP', { n, say }: BenchOptions): Promise<Row> {
  const cycles = n ?? (signal === 'SIGKILL' ? CYCLES : HUNG_CYCLES)
  const values: number[] = []
  while (values.length < cycles) values.push(await cycle(lab, pair, signal))
  const what = `${signal === 'SIGKILL' ? 'killed' : 'hung'}, ${pair.fault} in ${pair.containment}`
  say(`${what}: p50 ${quantile(values, 0.5).toFixed(0)}, max ${quantile(values, 1).toFixed(0)}`)
  return { what, values }
}

async function cycle(lab: CrashLab, { fault, containment }: Pair, signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  const run = lab.newRun()
  const before = lookBefore(run)
  const stopAt: Phase = signal === 'SIGKILL' ? 'injected' : 'renewed'
  const args: DriverArguments = { run, charter: lab.charter(fault), containment, stateDir: lab.stateDir, dieWithAgent: false, stopAt }
  const child = spawn(process.execPath, [new URL('../crash/driver.ts', import.meta.url).pathname, JSON.stringify(args)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: lab.environment,
  })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  try {
    await reached(child.stdout, stopAt)
    await until(() => acts(lab, run, 'injected').length > 0, 'nothing was injected')
    const from = Date.now()
    child.kill(signal)
    await until(() => settled(lab, run), 'it was not taken back')
    const gone = Math.max(...acts(lab, run, 'verified'))
    if (signal === 'SIGSTOP') {
      const left = findFault(run, SLEEPERS)
      if (left.length > 0) throw new Error(`${fault} in ${containment}: ${left.join('; ')}`)
      child.kill('SIGKILL')
    }
    await until(
      () => findResidue(before, run, lab.stateDir).length === 0,
      () => findResidue(before, run, lab.stateDir).join('; '),
      CLOSED_MS,
    )
    return gone - from
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

/** Epoch instants at which the agent's chain says it of an act. */
const acts = (lab: CrashLab, run: string, what: 'injected' | 'verified'): number[] =>
  readChain(runFolder(lab.stateDir, run).chain).links.flatMap(({ at, body }) => ('act' in body && body.act.what === what ? [at] : []))

/** The run has a cause to end, and every act that was injected is verified gone. */
function settled(lab: CrashLab, run: string): boolean {
  const { links } = readChain(runFolder(lab.stateDir, run).chain)
  const ended = links.some(({ body }) => 'cause' in body)
  return ended && acts(lab, run, 'verified').length >= acts(lab, run, 'injected').length
}

function reached(output: NodeJS.ReadableStream, phase: Phase): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the controller did not reach ${phase}`)), PATIENCE_MS)
    let said = ''
    output.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (!said.includes(`"phase":"${phase}"`)) return
      clearTimeout(timer)
      done()
    })
  })
}

async function until(is: () => boolean, what: string | (() => string), withinMs: number = PATIENCE_MS): Promise<void> {
  for (const end = performance.now() + withinMs; !is(); await sleep(5))
    if (performance.now() > end) throw new Error(typeof what === 'string' ? what : what())
}
