/** What `safechaos --help` costs on top of a bare Node: both by turns, on this machine, now. Goal: 25 ms. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfStale } from '../../scripts/build.ts'

const GOAL_MS = 25
const rounds = Number(process.argv[2] ?? 40)
const ENTRY = join(import.meta.dirname, '../../packages/cli/bin/safechaos.js')

function timed(script: string, words: readonly string[]): number {
  const from = performance.now()
  const ran = spawnSync(process.execPath, [script, ...words], { stdio: 'ignore', timeout: 20_000 })
  if (ran.status !== 0) throw new Error(`${script} ended with ${ran.status}`)
  return performance.now() - from
}

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? Number.NaN
const row = (name: string, values: readonly number[]): string =>
  `${name.padEnd(22)} p50 ${quantile(values, 0.5).toFixed(1)}  p99 ${quantile(values, 0.99).toFixed(1)}  max ${Math.max(...values).toFixed(1)} ms`

buildIfStale()
const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
try {
  const bare = join(folder, 'bare.cjs')
  writeFileSync(bare, '')
  timed(ENTRY, ['--help'])
  const times: { readonly bare: number; readonly help: number }[] = Array.from({ length: rounds }, () => ({
    bare: timed(bare, []),
    help: timed(ENTRY, ['--help']),
  }))
  const cost =
    quantile(
      times.map(({ help }) => help),
      0.5,
    ) -
    quantile(
      times.map((time) => time.bare),
      0.5,
    )
  console.log(`Node ${process.versions.node}, Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, n = ${rounds}, by turns`)
  console.log(
    row(
      'bare node',
      times.map((time) => time.bare),
    ),
  )
  console.log(
    row(
      'safechaos --help',
      times.map(({ help }) => help),
    ),
  )
  console.log(`on top of bare node    p50 ${cost.toFixed(1)} ms (goal ${GOAL_MS} ms): ${cost <= GOAL_MS ? 'met' : 'missed'}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
