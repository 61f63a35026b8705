import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Body, LedgerRecord, Stage } from '@safechaos/core'
import { type Bench, quantile, timed } from './bench.ts'
import { packagedEntry } from './packaged.ts'
import { shortestScript } from './shortest-script.ts'

const GOAL_MS = 170
const ROUNDS = 40

const COMPOSE = 'services:\n  a: { command: [sleep, "600"] }\n'
const CHARTER = `hypothesis: nothing is done
signals: { there: { stat: processes, service: a, every: 1s } }
fault: { kind: process.pause, target: a }
abort: { there: { breach: "> 1000" } }
containment: sandbox
baseline: 0s
`
/** A person who presses Ctrl-C in the very moment in which the enclosure is open, so that the run closes what it has opened. */
const STOP_WHEN_OPEN = `const write = process.stdout.write.bind(process.stdout)
let stopped = false
process.stdout.write = (text, ...rest) => {
  const result = write(text, ...rest)
  if (!stopped && String(text).includes('"kind":"opened"')) {
    stopped = true
    process.emit('SIGINT')
  }
  return result
}
`

interface Measured {
  readonly whole: number
  readonly services: number
  readonly others: number
}

export const ownTime: Bench = {
  name: 'own-time',
  title: 'Own time of a run that checks, plans, opens and closes',
  how: `The real \`safechaos run\` (published form), from its start to its exit, of a stack with one service that sleeps; it is stopped by a preloaded Ctrl-C as soon as the enclosure is open. Own time is the whole
without the services' start (first "starting" to open), without what lies between opening and closing (stop, revert, looking inside), without judging and writing the report, and without the shortest shell script that makes and closes the same namespaces, mounts and network, measured by turns.`,
  usesSeed: false,
  run: async ({ n = ROUNDS, say }) => {
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
    try {
      const lab = makeLab(folder)
      const entry = packagedEntry(folder)
      const script = shortestScript(folder, lab)
      const runOnce = (): Promise<Measured> => runAndStop(folder, lab, entry)
      await runOnce()
      const runs: Measured[] = []
      const scripts: number[] = []
      for (let round = 0; round < n; round += 1) {
        runs.push(await runOnce())
        scripts.push(await timed(() => mustSucceed('sh', [script])))
        if ((round + 1) % 20 === 0) say(`${round + 1} of ${n}`)
      }
      const base = quantile(scripts, 0.5)
      return {
        rows: [
          { what: 'the whole command, charter to report', values: runs.map(({ whole }) => whole) },
          { what: "of it the services' start", values: runs.map(({ services }) => services) },
          { what: 'of it stop, revert, looking inside; judging and reporting', values: runs.map(({ others }) => others) },
          { what: 'the shortest script', values: scripts },
          {
            what: 'own time: check, plan, open, close',
            values: runs.map(({ whole, services, others }) => whole - services - others - base),
            goal: `p50 ≤ ${GOAL_MS}`,
            met: ({ p50 }) => p50 <= GOAL_MS,
          },
          {
            what: 'the same with stop, revert, looking inside, judging and reporting',
            values: runs.map(({ whole, services }) => whole - services - base),
          },
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function makeLab(folder: string): string {
  const lab = join(folder, 'lab')
  for (const name of ['stacks', 'charters']) mkdirSync(join(lab, name), { recursive: true })
  writeFileSync(join(lab, 'lab.yaml'), 'name: own-time\n')
  writeFileSync(join(lab, 'stacks/compose.yaml'), COMPOSE)
  writeFileSync(join(lab, 'charters/nothing.yaml'), CHARTER)
  writeFileSync(join(folder, 'stop-when-open.cjs'), STOP_WHEN_OPEN)
  return lab
}

async function runAndStop(folder: string, lab: string, entry: string): Promise<Measured> {
  const words = ['--require', join(folder, 'stop-when-open.cjs'), entry, 'run', join(lab, 'charters/nothing.yaml'), '--json']
  const env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
  let out = ''
  const whole = await timed(() => {
    const ran = spawnSync(process.execPath, words, { cwd: lab, env, encoding: 'utf8', timeout: 60_000 })
    if (ran.status !== 2) throw new Error(`the run ended with ${ran.status}: ${ran.stderr}${ran.stdout.slice(-1000)}`)
    out = ran.stdout
  })
  // What runs leave is for people; here it would make every later run a little longer.
  rmSync(join(folder, 'state'), { recursive: true, force: true })
  rmSync(join(lab, '.safechaos'), { recursive: true, force: true })
  const records = out
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { readonly record?: LedgerRecord }).record ?? [])
  const at = (is: (body: Body) => boolean): number => records.find(({ body }) => is(body))?.at ?? Number.NaN
  const stage = (name: Stage, state: 'entered' | 'done') => at((body) => body.kind === 'stage' && body.stage === name && body.state === state)
  return {
    whole,
    services: at(({ kind }) => kind === 'opened') - at((body) => body.kind === 'service' && body.state === 'starting'),
    others: stage('close', 'entered') - at(({ kind }) => kind === 'opened') + (stage('learn', 'done') - stage('judge', 'entered')),
  }
}

function mustSucceed(file: string, words: readonly string[]): void {
  const ran = spawnSync(file, words, { encoding: 'utf8', timeout: 20_000 })
  if (ran.status !== 0) throw new Error(`${words.join(' ')} ended with ${ran.status}: ${ran.stderr}`)
}
