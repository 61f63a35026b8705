import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, type TestContext, test } from 'vitest'
import { skipLoudly } from '../../../../test/support/real-lab.ts'
import { COMMANDS } from '../command-table.ts'
import { bashScript, fishScript, zshScript } from './completion-scripts.ts'

const ASK_ZSH = join(import.meta.dirname, '../../../../test/support/ask.zsh')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-completion-'))
  mkdirSync(join(folder, 'charters'))
  mkdirSync(join(folder, '.safechaos/runs/abc123'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a real shell in the folder; skips the test where the shell is not installed. */
function shell(context: TestContext, name: string, args: readonly string[]) {
  const ran = spawnSync(name, args, { cwd: folder, encoding: 'utf8', timeout: 15_000, env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' } })
  if (ran.error !== undefined && 'code' in ran.error && ran.error.code === 'ENOENT')
    skipLoudly(context, `${name} is not installed`, 'bash scripts/install-system.sh')
  return ran
}

/** Asks a shell what it offers for each line; it prints `LINE<tab>OFFER`, and fish one more column. */
const ASK: Readonly<Record<string, (context: TestContext, lines: readonly string[]) => string>> = {
  bash: (context, lines) => {
    const ask =
      'for line; do COMP_WORDS=($line); [[ $line == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _safechaos; for offer in "${COMPREPLY[@]}"; do printf "%s\\t%s\\n" "$line" "$offer"; done; done'
    return shell(context, 'bash', ['-c', `${bashScript(COMMANDS)}\n${ask}`, 'bash', ...lines]).stdout
  },
  zsh: (context, lines) => {
    writeFileSync(join(folder, '.script'), zshScript(COMMANDS))
    return shell(context, 'zsh', ['-f', ASK_ZSH, join(folder, '.script'), ...lines]).stdout
  },
  fish: (context, lines) => {
    const ask = 'for line in $argv; for offer in (complete -C $line); printf "%s\\t%s\\n" $line $offer; end; end'
    return shell(context, 'fish', ['--no-config', '-c', `${fishScript(COMMANDS)}\n${ask}`, ...lines]).stdout
  },
}

const WORDS = {
  'safechaos re': ['recover', 'report'],
  'safechaos plan --c': ['--containment'],
  'safechaos run --containment ': ['process', 'sandbox'],
  'safechaos completion z': ['zsh'],
  'safechaos policy e': ['explain'],
  'safechaos report a': ['abc123'],
  'safechaos compare abc123 l': ['last'],
  'safechaos logs --run ': ['abc123', 'last'],
}
/** Bash finds files by itself where the script offers nothing. */
const FILES = {
  'safechaos run ch': ['charters'],
  'safechaos policy explain ch': ['charters'],
  'safechaos status ch': [],
  'safechaos report ch': [],
}

test.for([
  ['bash', WORDS as Readonly<Record<string, readonly string[]>>],
  ['zsh', { ...WORDS, ...FILES }],
  ['fish', { ...WORDS, ...FILES }],
] as const)('a real %s completes commands, options, values, runs, and files where they are wanted', ([name, wanted], context) => {
  const rows = (ASK[name]?.(context, Object.keys(wanted)) ?? '').split('\n').map((row) => row.split('\t'))
  const offered = (line: string): string[] => rows.flatMap(([asked, offer = '']) => (asked === line ? [offer.replace(/\/$/, '')] : []))
  const all = Object.keys(wanted).map((line) => [line, [...new Set(offered(line))].toSorted((a, b) => (a < b ? -1 : 1))])
  expect(Object.fromEntries(all)).toEqual(wanted)
})

test('the script works in a zsh that has not started its completion, and in a fish with nothing in it', (context) => {
  for (const [name, script] of [
    ['zsh', zshScript(COMMANDS)],
    ['fish', fishScript(COMMANDS)],
  ] as const) {
    writeFileSync(join(folder, '.script'), script)
    expect(shell(context, name, [name === 'zsh' ? '-f' : '--no-config', join(folder, '.script')])).toMatchObject({ status: 0, stderr: '' })
  }
})
