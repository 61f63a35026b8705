/**
 * `npm run test:crash -- --full`: every fault, containment, death and place, several times; writes docs/crash.md. Without `--full` it runs an even
 * sample. `--rounds N` repeats the table, `--workers N` runs as many at a time, `--only TEXT` narrows it.
 */
import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { buildIfStale } from '../../scripts/build.ts'
import { type CrashLab, FAULT_KINDS, makeCrashLab } from './lab.ts'
import { sampleOf, wholeMatrix } from './matrix.ts'
import { type Outcome, runTrial } from './trial.ts'

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
buildIfStale()
// One run at a time holds an environment, so whoever works beside another has a lab of its own.
const labs = Array.from({ length: Number(values.workers) }, () => makeCrashLab())
const table = wholeMatrix(FAULT_KINDS).filter((trial) => values.only === undefined || JSON.stringify(trial).includes(values.only))
const trials = values.full ? Array.from({ length: Number(values.rounds) }, () => table).flat() : sampleOf(table, 60)
const outcomes: Outcome[] = []
const waiting = [...trials]
async function work(lab: CrashLab): Promise<void> {
  for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
    const outcome = await runTrial(lab, trial)
    outcomes.push(outcome)
    if (outcome.goneMs === undefined) console.log(`LEFT ${JSON.stringify(outcome)}`)
    if (outcomes.length % 50 === 0)
      console.log(`${outcomes.length} of ${trials.length}, ${outcomes.filter(({ goneMs }) => goneMs === undefined).length} left something`)
  }
}
await Promise.all(labs.map(work))
for (const lab of labs) lab.remove()

const quantile = (sorted: readonly number[], q: number): string =>
  `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0)}`
function row(name: readonly string[], mine: readonly Outcome[]): string {
  const gone = mine.flatMap(({ goneMs }) => goneMs ?? []).sort((a, b) => a - b)
  const bound = Math.max(...mine.map(({ boundMs }) => boundMs))
  return `| ${[...name, mine.length, mine.length - gone.length, quantile(gone, 0.5), quantile(gone, 0.99), quantile(gone, 1), Math.round(bound)].join(' | ')} |`
}
const groups = Map.groupBy(outcomes, ({ death, fault, containment }) => `${death} | ${fault} | ${containment}`)
const deaths = Map.groupBy(outcomes, ({ death }) => `${death} | all | all`)
const rows = [...deaths, ...groups].map(([name, mine]) => row([name], mine))
const head =
  '| who died | fault | containment | deaths | left anything | p50 ms | p99 ms | max ms | bound ms |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |'
console.log(`${head}\n${rows.join('\n')}`)
if (values.full && values.only === undefined) {
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Linux ${release()}, Node ${process.versions.node}, ${process.getuid?.() === 0 ? 'root' : 'plain user'}`
  writeFileSync(
    'docs/crash.md',
    `# Deaths\n\nEvery fault, in every containment that offers it, with agent, controller or both killed at every named place, or the controller hung at every one from the first inject to the revert. After each death the machine is looked\nat from outside until nothing of the run is left: processes, namespaces, mounts, owed records, locks, files. For a hung controller: until the fault is gone.\nWritten by \`npm run test:crash -- --full\` on ${machine}.\n\n${head}\n${rows.join('\n')}\n`,
  )
}
const left = outcomes.filter(({ goneMs }) => goneMs === undefined).length
console.log(`${outcomes.length - left} passed, ${left} failed`)
process.exit(left === 0 ? 0 : 1)
