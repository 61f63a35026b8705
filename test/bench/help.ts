import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, quantile, timed } from './bench.ts'
import { packagedEntry } from './packaged.ts'

const GOAL_MS = 25
const ROUNDS = 40

export const help: Bench = {
  name: 'help',
  title: '`safechaos --help` on top of a bare Node',
  how: 'Node with an empty script, and `--help`, by turns; the goal is the difference of the medians. The published form of the package: a checkout also looks whether its bundles are stale.',
  usesSeed: false,
  run: async ({ n = ROUNDS }) => {
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
    try {
      const entry = packagedEntry(folder)
      const empty = join(folder, 'bare.cjs')
      writeFileSync(empty, '')
      const node = (script: string, ...words: string[]): Promise<number> => timed(() => run(folder, script, words))
      await node(entry, '--help')
      const bare: number[] = []
      const cost: number[] = []
      for (let round = 0; round < n; round += 1) {
        bare.push(await node(empty))
        cost.push(await node(entry, '--help'))
      }
      const extra = quantile(cost, 0.5) - quantile(bare, 0.5)
      return {
        rows: [
          { what: 'bare Node', values: bare },
          { what: '`--help`', values: cost },
          { what: 'on top of bare Node (difference of medians)', values: [extra], goal: `≤ ${GOAL_MS}`, met: ({ p50 }) => p50 <= GOAL_MS },
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function run(home: string, script: string, words: readonly string[]): void {
  const ran = spawnSync(process.execPath, [script, ...words], { stdio: 'ignore', timeout: 20_000, env: { PATH: process.env.PATH, HOME: home } })
  if (ran.status !== 0) throw new Error(`${script} ended with ${ran.status}`)
}
