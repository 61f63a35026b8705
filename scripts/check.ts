/**
 * `npm run check`: every check that runs no test. Each has a time limit and prints its findings; all run, and one failure fails the whole.
 * The last line is `checks: N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'

/** The linter also holds the import rules; it must have looked at every TypeScript file that git knows, or a rule that sees nothing would pass. */
function lintSawEverything(output: string): string | undefined {
  const seen = Number(/on (\d+) files/.exec(output)?.[1] ?? 0)
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.js', '*.mjs'], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  const known = listed.stdout.split('\n').filter((line) => line !== '').length
  return seen >= known && known > 0 ? undefined : `the linter looked at ${seen} files, git knows ${known}`
}

const CHECKS: readonly {
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  readonly also?: (output: string) => string | undefined
}[] = [
  { name: 'format', argv: ['biome', 'format', '.'] },
  { name: 'lint and import rules', argv: ['oxlint', '--type-aware', '--deny-warnings'], also: lintSawEverything },
  { name: 'types', argv: ['tsc', '-p', '.'] },
  { name: 'core names no I/O', argv: ['tsc', '-p', 'packages/core'] },
  { name: 'unused code', argv: ['knip', '--no-progress'] },
  { name: 'schemas are current', argv: ['node', 'scripts/schemas.ts', '--check'] },
  { name: 'docs are current', argv: ['node', 'scripts/docs.ts', '--check'] },
]

let failed = 0
for (const check of CHECKS) {
  const started = performance.now()
  const [command, ...args] = check.argv
  const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 180_000, maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = `${ran.stdout ?? ''}${ran.stderr ?? ''}`
  const finding = ran.status === 0 ? check.also?.(output) : (ran.error?.message ?? `exit ${ran.status}`)
  if (finding !== undefined) failed += 1
  console.log(
    `${finding === undefined ? 'ok    ' : 'FAILED'} ${check.name} (${((performance.now() - started) / 1000).toFixed(1)} s)${finding === undefined ? '' : `: ${finding}\n${output}`}`,
  )
}
console.log(`checks: ${CHECKS.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
