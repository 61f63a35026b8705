import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Body } from '@safechaos/core'
import { runExperiment } from '@safechaos/engine'
import { findFault } from '../crash/inspect.ts'
import { type Bench, quantile, type Row } from './bench.ts'
import { seeded } from './seeded.ts'

const CYCLES = 20
const GOALS = { all: 1000, tenth: 2000, silent: 3000 + 1000 + 100 } as const
/** The breach, or the silence, comes at any moment of a window and of a renewal. */
const ANY_MOMENT_MS = 1000
const SETTLED_MS = 500

/** Answers; once the file `failing` is in the lab, one request of as many as it says fails. */
const API = `import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
let asked = 0
const failing = () => { try { return Number(readFileSync(process.env.FAILING, 'utf8')) } catch { return 0 } }
createServer((ask, answer) => {
  const every = failing()
  asked += 1
  answer.statusCode = every > 0 && asked % every === 0 ? 500 : 200
  answer.end()
}).listen(8080, process.env.HOST || undefined)
`
const charterWith = (containment: string): string => `hypothesis: it answers while a worker sleeps
containment: ${containment}
load: { get: "http://api:8080/", rate: 200/s }
fault: { kind: process.pause, target: worker }
ramp: { steps: [100%], hold: 60s }
abort: { errorRatio: { breach: "> 5%", window: 250ms, need: 2, of: 3 } }
baseline: 1s
recovery: 100ms
`

interface Place {
  readonly charter: string
  readonly failing: string
}

export const breach: Bench = {
  name: 'breach',
  title: 'Breach, and lost telemetry, until the fault is gone',
  how: `Whole runs through the engine in \`sandbox\`, 200 requests a second, a gate of 2 out of 3 windows of 250 ms at 5 % errors, while a second service is paused. At a random moment under fault the service begins to fail (every request, or every tenth), or the tap
is killed. Counted from that instant to the record that every act is verified gone; the enclosure is then looked at from outside. The default gate (windows of 1 s) needs up to four windows: its bound is printed by \`safechaos plan\`.`,
  usesSeed: true,
  run: async ({ n = CYCLES, seed, say }) => {
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
    const before = process.env.XDG_STATE_HOME
    process.env.XDG_STATE_HOME = join(folder, 'state')
    try {
      const place = makeLab(folder)
      const random = seeded(seed)
      const rows: Row[] = []
      const measure = async (what: string, goal: number, begin: (run: string) => void, cause: readonly string[]): Promise<void> => {
        const values: number[] = []
        while (values.length < n) values.push(await cycle(place, random() * ANY_MOMENT_MS, begin, cause))
        say(`${what}: p50 ${quantile(values, 0.5).toFixed(0)}, max ${quantile(values, 1).toFixed(0)}`)
        rows.push({ what, values, goal: `max ≤ ${goal}`, met: ({ max }) => max <= goal })
      }
      await measure('every request fails', GOALS.all, () => fail(place, 1), ['gate-breach'])
      await measure('every tenth request fails', GOALS.tenth, () => fail(place, 10), ['gate-breach'])
      await measure('the tap is killed', GOALS.silent, killTap, ['gate-unknown', 'lease-lost'])
      return { rows }
    } finally {
      if (before === undefined) delete process.env.XDG_STATE_HOME
      else process.env.XDG_STATE_HOME = before
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function makeLab(folder: string): Place {
  const lab = join(folder, 'lab')
  for (const name of ['stacks', 'charters', 'switch']) mkdirSync(join(lab, name), { recursive: true })
  const failing = join(lab, 'switch/failing')
  writeFileSync(join(lab, 'lab.yaml'), 'name: breach\n')
  writeFileSync(join(lab, 'stacks/api.mjs'), API)
  writeFileSync(
    join(lab, 'stacks/compose.yaml'),
    `services:\n  api: { command: node api.mjs, ports: ["8080"], environment: { FAILING: ${failing} } }\n  worker: { command: [sleep, "600"] }\n`,
  )
  const charter = join(lab, 'charters/breach.yaml')
  writeFileSync(charter, charterWith('sandbox'))
  return { charter, failing }
}

/** At once for whoever reads it. */
function fail({ failing }: Place, every: number): void {
  writeFileSync(`${failing}.new`, String(every))
  renameSync(`${failing}.new`, failing)
}

async function cycle(place: Place, waitMs: number, begin: (run: string) => void, causes: readonly string[]): Promise<number> {
  rmSync(place.failing, { force: true })
  const seen = { run: '', from: Number.NaN, gone: Number.NaN, cause: '', left: ['not looked at'] as readonly string[] }
  const breakIt = async (): Promise<void> => {
    await sleep(SETTLED_MS + waitMs)
    seen.from = performance.now()
    begin(seen.run)
  }
  const hear = (body: Body): void => {
    if (body.kind === 'begun') seen.run = body.run
    if (body.kind === 'ramp' && body.state === 'hold') void breakIt()
    if (body.kind === 'end-cause' && body.first) seen.cause = body.cause
    if (body.kind !== 'reverted') return
    seen.gone = performance.now()
    seen.left = body.stuck.length > 0 ? body.stuck : findFault(seen.run, 1)
  }
  await runExperiment({ charter: place.charter }, { onRecord: ({ body }) => hear(body) })
  const ms = seen.gone - seen.from
  if (!causes.includes(seen.cause) || !Number.isFinite(ms) || ms < 0 || seen.left.length > 0)
    throw new Error(`the run went another way: ${JSON.stringify(seen)}`)
  return ms
}

/** The tap is told by its program and by the run that it carries. */
function killTap(run: string): void {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isTap(name, run))
  if (pid === undefined) throw new Error('there is no tap to kill')
  process.kill(Number(pid), 'SIGKILL')
}

function isTap(pid: string, run: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
    return (
      /\bnode[^/]*$/.test(words[0] ?? '') &&
      (words[1] ?? '').endsWith('/tap.cjs') &&
      readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SAFECHAOS_RUN=${run}`)
    )
  } catch {
    return false
  }
}
