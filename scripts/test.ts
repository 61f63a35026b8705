/**
 * `npm test`: makes the bundles if they are stale, runs every layer of vitest with a time limit on each, and prints what was skipped and why.
 * Layers that measure time or kill processes run alone; the others share the cores. The last line is `N passed, N failed, N skipped`.
 * Arguments: names of layers (`npm test -- unit e2e`); without any, all.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfStale } from './build.ts'

const LAYERS = [
  { projects: ['unit', 'property'], workers: 2, minutes: 6 },
  { projects: ['conformance', 'adversarial'], workers: 1, minutes: 6 },
  { projects: ['crash'], workers: 1, minutes: 8 },
  { projects: ['e2e'], workers: 1, minutes: 8 },
] as const

interface Counts {
  passed: number
  failed: number
  skipped: { readonly title: string; readonly reason: string }[]
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly meta?: { readonly reason?: string } }[]
  }[]
}

/** Runs one layer; a layer that hangs is ended with everything it started, and counts as failed. */
async function runLayer(layer: (typeof LAYERS)[number], output: string): Promise<'ended' | 'timed out' | 'failed'> {
  const args = ['run', '--passWithNoTests', `--maxWorkers=${layer.workers}`, '--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
  const child = spawn('vitest', [...args, ...layer.projects.flatMap((name) => ['--project', name])], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
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

function count(output: string, how: string, layer: string, counts: Counts): void {
  let report: VitestReport = { testResults: [] }
  try {
    report = JSON.parse(readFileSync(output, 'utf8')) as VitestReport
  } catch {
    console.log(`layer ${layer}: ${how}, and it left no result`)
  }
  let failedHere = 0
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) failedHere += 1
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1
      else if (test.status === 'failed') failedHere += 1
      else counts.skipped.push({ title: test.fullName, reason: test.meta?.reason ?? 'see the line that the test printed' })
    }
  }
  if (how !== 'ended' && failedHere === 0) failedHere = 1
  counts.failed += failedHere
}

buildIfStale()
const wanted = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'safechaos-test-'))
const counts: Counts = { passed: 0, failed: 0, skipped: [] }
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
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`)
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)
