/**
 * Fills the generated parts of the docs from the code: what stands between `<!-- generated: NAME -->` and `<!-- end -->`. With `--check` it
 * writes nothing and fails if a page is not current. Run after every change of a table in core.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import {
  CONTAINMENT_TRAITS,
  ERRORS,
  EXIT_ORDER,
  EXITS,
  FAULTS,
  faultReference,
  ringsOf,
  STAGE_SENTENCE,
  STAGES,
  UNKNOWN_REASON_SENTENCE,
} from '@safechaos/core'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

/** The example spec of a fault decides nothing about its rings but their number of milliseconds, so the table leaves those out. */
function ringTable(): string {
  const rows = FAULTS.flatMap((fault) => {
    const acts = (fault.acts as (spec: unknown) => Parameters<typeof ringsOf>[0])(fault.example)
    return Object.entries(CONTAINMENT_TRAITS).map(([name, traits]) => {
      const missing = fault.needs.filter((need) => !(traits.offers as readonly string[]).includes(need))
      if (missing.length > 0) return [fault.kind, name, `refused: needs ${missing.join(', ')}`]
      return [
        fault.kind,
        name,
        ringsOf(acts, traits, { ms: 3000, renewEveryMs: 1000 }, 1000)
          .map(({ ring, by }) => `${ring}: ${by}`)
          .join('; '),
      ]
    })
  })
  return table(['fault', 'containment', 'what ends it, ring by ring'], rows)
}

const PARTS: Readonly<Record<string, () => string>> = {
  stages: () =>
    table(
      ['stage', 'what it does'],
      STAGES.map((stage) => [stage, STAGE_SENTENCE[stage]]),
    ),
  exits: () =>
    table(
      ['exit code', 'meaning'],
      Object.entries(EXITS).map(([code, meaning]) => [code, meaning]),
    ),
  'exit order': () => EXIT_ORDER.join(', '),
  errors: () =>
    Object.entries(ERRORS)
      .map(([code, { exit, hint }]) => `## ${code}\n\nExit code ${exit}. What to do: ${hint}.`)
      .join('\n\n'),
  faults: () => faultReference(),
  rings: ringTable,
  'unknown reasons': () =>
    table(
      ['reason', 'what happened'],
      Object.entries(UNKNOWN_REASON_SENTENCE).map(([reason, sentence]) => [reason, sentence]),
    ),
}

function filled(page: string, file: string): string {
  return page.replace(/(<!-- generated: ([a-z ]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_, open: string, name: string, end: string) => {
    const part = PARTS[name]
    if (part === undefined) throw new Error(`${file} asks for a part "${name}" that nothing makes; there are: ${Object.keys(PARTS).join(', ')}`)
    return `${open}\n${part()}\n\n${end}`
  })
}

const check = process.argv.includes('--check')
const stale = ['README.md', ...globSync('docs/**/*.md')].filter((file) => {
  const page = readFileSync(file, 'utf8')
  const current = filled(page, file)
  if (current !== page && !check) writeFileSync(file, current)
  return current !== page
})
if (check && stale.length > 0) {
  console.error(`not current: ${stale.join(', ')}; run \`node scripts/docs.ts\``)
  process.exit(1)
}
