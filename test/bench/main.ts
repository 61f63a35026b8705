/**
 * `npm run bench [names…]`: runs the benches by their names, all without one. `--n N` sets the cycles of each row, `--seed TEXT` the seed, `--write`
 * writes docs/numbers.md (sections of benches that were not run stay as they are). Exit 1 if a goal was missed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfStale } from '../../scripts/build.ts'
import { abort, abortBurning } from './abort.ts'
import { type Bench, machine, type Outcome, quantiles, type Row } from './bench.ts'
import { breach } from './breach.ts'
import { controllerDeath } from './controller-death.ts'
import { help } from './help.ts'
import { ledger } from './ledger.ts'
import { ownTime } from './own-time.ts'
import { payments } from './payments.ts'
import { spentElsewhere } from './spent-elsewhere.ts'

const BENCHES: readonly Bench[] = [help, ownTime, ledger, breach, payments, controllerDeath, abort, abortBurning]
const FILE = join(import.meta.dirname, '../../docs/numbers.md')
const HEAD = `# Numbers

Measured by \`npm run bench -- --write\`, each on the machine that its section names. Times are in milliseconds. The share of time that the host took from this
virtual machine (steal) is printed, since a starved machine measures its neighbours. docs/crash.md has the deaths.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { n: { type: 'string' }, seed: { type: 'string', default: 'numbers' }, write: { type: 'boolean', default: false } },
})
const chosen = positionals.length === 0 ? BENCHES : positionals.map(named)
buildIfStale()
let missed = 0
for (const bench of chosen) {
  const elsewhere = spentElsewhere()
  const { rows, notes = [] } = await bench.run({
    n: values.n === undefined ? undefined : Number(values.n),
    seed: values.seed,
    say: (line) => process.stderr.write(`  ${line}\n`),
  })
  missed += rows.filter((row) => isMet(row) === false).length
  const text = sectionOf(bench, { rows, notes: [...notes, `steal ${elsewhere()} % of the time`] })
  process.stdout.write(`${text}\n`)
  if (values.write) replaceSection(bench, text)
}
process.exit(missed === 0 ? 0 : 1)

function named(name: string): Bench {
  const found = BENCHES.find((bench) => bench.name === name)
  if (found !== undefined) return found
  process.stderr.write(`there is no bench ${name}; there are ${BENCHES.map((bench) => bench.name).join(', ')}\n`)
  process.exit(64)
}

function isMet({ met, values }: Row): boolean | undefined {
  return met?.(quantiles(values))
}

function sectionOf({ name, title, how, usesSeed }: Bench, { rows, notes = [] }: Outcome): string {
  const lines = rows.map((row) => {
    const { p50, p99, max } = quantiles(row.values)
    const goal = row.goal === undefined ? '' : `${row.goal}: ${isMet(row) === true ? 'met' : '**missed**'}`
    return `| ${[row.what, row.values.length, p50.toFixed(1), p99.toFixed(1), max.toFixed(1), goal].join(' | ')} |`
  })
  return [
    `## ${title}`,
    '',
    how,
    '',
    `${machine()}${usesSeed ? `, seed \`${values.seed}\`` : ''}. Again: \`npm run bench -- ${name}\`.`,
    '',
    '| what | n | p50 | p99 | max | goal |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...lines,
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n')
}

/** Each section stands between two marks, so that one bench can be run again alone. */
function replaceSection({ name }: Bench, text: string): void {
  const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : HEAD
  const sections = new Map(
    BENCHES.map((bench) => [bench.name, new RegExp(`<!-- ${bench.name} -->\n([^]*?)<!-- /${bench.name} -->`).exec(before)?.[1]] as const),
  )
  sections.set(name, `${text}\n`)
  const all = [...sections].flatMap(([key, section]) => (section === undefined ? [] : [`<!-- ${key} -->\n${section}<!-- /${key} -->\n`]))
  writeFileSync(FILE, `${HEAD}\n${all.join('\n')}`)
}
