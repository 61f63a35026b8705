/**
 * `npm test`: makes the bundles if they are stale, runs every layer of vitest with a time limit on each, and prints what was skipped and why.
 * Layers that measure time or kill processes run alone; the others share the cores. The last line is `N passed, N failed, N skipped`.
 * Arguments: names of layers (`npm test -- unit e2e`); without any, all.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfStale } from './build.ts'
import type { Outcome } from './test-outcomes.ts'

const LAYERS = [
  { projects: ['unit', 'property'], workers: 2, minutes: 6 },
  { projects: ['conformance', 'adversarial'], workers: 1, minutes: 6 },
  { projects: ['crash'], workers: 1, minutes: 8 },
  { projects: ['e2e'], workers: 1, minutes: 8 },
] as const

interface Counts {
  passed: number
  failed: number
  readonly retried: string[]
  skipped: { readonly title: string; readonly reason: string }[]
}

/** Runs one layer; a layer that hangs is ended with everything it started, and counts as failed. */
async function runLayer(layer: (typeof LAYERS)[number], output: string): Promise<'ended' | 'timed out' | 'failed'> {
  const args = ['run', '--passWithNoTests', `--maxWorkers=${layer.workers}`, '--reporter=default', '--reporter=./scripts/test-outcomes.ts']
  const child = spawn('vitest', [...args, ...layer.projects.flatMap((name) => ['--project', name])], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, SAFECHAOS_TEST_OUTCOMES: output },
  })
  return await new Promise((done) => {
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      done('timed out')
    }, layer.minutes * 60_000)
    child.once('exit', (code) => {
      clearTimeout(timer)
      done(code === 0 ? 'ended' : 'failed')
    })
    child.once('error', () => {
      clearTimeout(timer)
      done('failed')
    })
  })
}

/** Reads the outcomes that the reporter wrote, one JSON line each. A layer that did not end in order counts as one failure at least. */
function count(output: string, how: string, layer: string, counts: Counts): void {
  const lines = existsSync(output)
    ? readFileSync(output, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []
  if (lines.length === 0) console.log(`layer ${layer}: ${how}, and it left no result`)
  let failedHere = 0
  for (const { title, state, reason, retried } of lines.map((line) => JSON.parse(line) as Outcome)) {
    if (retried === true) counts.retried.push(`${title} (${state})`)
    if (state === 'passed') counts.passed += 1
    else if (state === 'failed') failedHere += 1
    else counts.skipped.push({ title, reason: reason ?? 'no reason is given' })
  }
  counts.failed += how !== 'ended' && failedHere === 0 ? 1 : failedHere
}

buildIfStale()
const wanted = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'safechaos-test-'))
const counts: Counts = { passed: 0, failed: 0, skipped: [], retried: [] }
for (const [index, layer] of LAYERS.entries()) {
  const projects = layer.projects.filter((name) => wanted.length === 0 || wanted.includes(name))
  if (projects.length === 0) continue
  const output = join(folder, `${index}.json`)
  const how = await runLayer({ ...layer, projects } as unknown as (typeof LAYERS)[number], output)
  if (how === 'timed out') console.log(`layer ${projects.join(' + ')}: ended after ${layer.minutes} minutes, its limit`)
  count(output, how, projects.join(' + '), counts)
}
rmSync(folder, { recursive: true, force: true })
if (counts.skipped.length > 0) console.log(`\nskipped:\n${counts.skipped.map(({ title, reason }) => `  - ${title}\n    ${reason}`).join('\n')}`)
if (counts.retried.length > 0) console.log(`\nneeded a second try:\n${counts.retried.map((title) => `  - ${title}`).join('\n')}`)
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`)
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)
