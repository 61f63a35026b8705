import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { packagedEntry } from './packaged.ts'

const PAIRS = 10
/** At least this much lower, in percent of the weak form. */
const LOWER_BY = 40
const PAYMENTS = join(import.meta.dirname, '../../examples/payments')
const WITHIN_MS = 120_000

const WANTED = { weak: 1, repaired: 0 } as const
type Form = keyof typeof WANTED

interface Compared {
  readonly rows: readonly {
    readonly name: string
    readonly statistic: string
    readonly a: number
    readonly b: number
    readonly changePercent: number
  }[]
}

export const payments: Bench = {
  name: 'payments',
  title: 'The payments example: weak and repaired under the same failure',
  how: `Pairs of real runs of examples/payments, both forms at the same time, each in a lab of its own: up to three of four workers are killed under load. The weak form must be refuted (exit code 1), the repaired one hold (0).
\`safechaos compare\` gives the p95 of the reconciliation lag, unfinished items included, over the same seconds after the first injection.`,
  usesSeed: false,
  run: async ({ n = PAIRS, say }) => {
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
    try {
      const entry = packagedEntry(folder)
      const safechaos = commandIn(folder, entry)
      const lags: Compared['rows'][number][] = []
      let otherwise = 0
      for (let pair = 1; pair <= n; pair += 1) {
        const [weak, repaired] = await Promise.all((['weak', 'repaired'] as const).map((form) => runForm(folder, form, safechaos)))
        for (const ran of [weak, repaired]) if (ran?.asWanted !== true) otherwise += 1
        const { out } = await safechaos(['compare', weak?.run ?? '', repaired?.run ?? '', '--json'])
        lags.push(...(JSON.parse(out) as Compared).rows.filter(({ name, statistic }) => name === 'lag' && statistic === 'p95'))
        say(`${pair} of ${n}: ${otherwise} ended otherwise than wanted`)
      }
      return {
        rows: [
          { what: 'runs that ended otherwise than wanted', values: [otherwise], goal: `0 of ${2 * n}`, met: ({ max }) => max === 0 },
          { what: 'p95 lag, weak form', values: lags.map(({ a }) => a * 1000) },
          { what: 'p95 lag, repaired form', values: lags.map(({ b }) => b * 1000) },
          {
            what: 'what is left of it, percent',
            values: lags.map(({ changePercent }) => 100 + changePercent),
            goal: `max ≤ ${100 - LOWER_BY}`,
            met: ({ max }) => lags.length === n && max <= 100 - LOWER_BY,
          },
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
}

type Command = (words: readonly string[]) => Promise<{ readonly exit: number | null; readonly out: string }>

function commandIn(folder: string, entry: string): Command {
  const env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') }
  return (words) =>
    new Promise((done) => {
      const child = spawn(process.execPath, [entry, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'], timeout: WITHIN_MS })
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
      child.once('close', (exit) => done({ exit, out }))
    })
}

async function runForm(folder: string, form: Form, safechaos: Command): Promise<{ readonly run: string; readonly asWanted: boolean }> {
  const lab = join(folder, form)
  cpSync(PAYMENTS, lab, { recursive: true, filter: (path) => !path.includes('.safechaos') })
  const { exit, out } = await safechaos(['run', join(lab, `charters/worker-kill-${form}.yaml`), '--json'])
  const { run = '' } = JSON.parse(out.trim().split('\n').at(-1) ?? '{}') as { readonly run?: string }
  return { run, asWanted: exit === WANTED[form] }
}
