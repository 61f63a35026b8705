import type { CommandEntry, Completes } from '../command-table.ts'

/** Runs of a lab are folders of `.safechaos/runs` in the folder or one above it; no program is started for a key press. */
const LIST_RUNS = `__safechaos_runs() {
  local folder=$PWD
  while [ -n "$folder" ]; do
    if [ -d "$folder/.safechaos/runs" ]; then ls "$folder/.safechaos/runs"; break; fi
    folder=\${folder%/*}
  done
  echo last
}`

const firstWord = ({ name }: CommandEntry): string => name.split(' ')[0] ?? name
const secondWord = ({ name }: CommandEntry): string | undefined => name.split(' ')[1]
const flagsOf = ({ options }: CommandEntry): string[] => [
  ...options.flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? []),
  '--json',
  '--help',
]
const kindsOf = (entry: CommandEntry): Completes | undefined => entry.arguments[0]?.completes

/** For `source <(safechaos completion bash)`. */
export function bashScript(commands: readonly CommandEntry[]): string {
  const cases = commands.map((entry) => {
    const second = secondWord(entry)
    const words = [...(second === undefined ? [] : [second]), ...(kindsOf(entry) === 'shell' ? ['bash', 'zsh', 'fish'] : []), ...flagsOf(entry)].join(
      ' ',
    )
    const more = kindsOf(entry) === 'run' ? ' $(__safechaos_runs)' : ''
    return `    ${firstWord(entry)}) words="${words}${more}" ;;`
  })
  return `${LIST_RUNS}
_safechaos() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(firstWord).join(' ')} --help --version"
  elif [ "\${COMP_WORDS[COMP_CWORD-1]}" = --containment ]; then words="sandbox process"
  else case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _safechaos safechaos
`
}

/** For `source <(safechaos completion zsh)`. */
export function zshScript(commands: readonly CommandEntry[]): string {
  const list = commands.map((entry) => `    '${firstWord(entry)}:${quotable(entry.summary)}'`)
  const cases = commands.map((entry) => {
    const second = secondWord(entry)
    const words = [...(second === undefined ? [] : [second]), ...(kindsOf(entry) === 'shell' ? ['bash', 'zsh', 'fish'] : []), ...flagsOf(entry)].join(
      ' ',
    )
    const more = kindsOf(entry) === 'run' ? ' $(__safechaos_runs)' : ''
    return `    ${firstWord(entry)}) compadd -- ${words}${more}${more === '' && kindsOf(entry) !== 'shell' ? '; _files' : ''} ;;`
  })
  return `#compdef safechaos
${LIST_RUNS}
_safechaos() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands
  elif [[ $words[CURRENT-1] == --containment ]]; then compadd sandbox process
  else case $words[2] in
${cases.join('\n')}
  esac; fi
}
compdef _safechaos safechaos
`
}

/** For `safechaos completion fish | source`. */
export function fishScript(commands: readonly CommandEntry[]): string {
  const lines = commands.flatMap((entry) => {
    const seen = `-n '__fish_seen_subcommand_from ${firstWord(entry)}'`
    const second = secondWord(entry)
    const kind = kindsOf(entry)
    return [
      `complete -c safechaos -n __fish_use_subcommand -f -a ${firstWord(entry)} -d '${quotable(entry.summary)}'`,
      ...(second === undefined ? [] : [`complete -c safechaos ${seen} -f -a ${second}`]),
      ...(kind === 'run' ? [`complete -c safechaos ${seen} -f -a '(__safechaos_runs)'`] : []),
      ...(kind === 'shell' ? [`complete -c safechaos ${seen} -f -a 'bash zsh fish'`] : []),
      ...flagsOf(entry)
        .filter((flag) => flag.startsWith('--'))
        .map((flag) => `complete -c safechaos ${seen} -l ${flag.slice(2)}${flag === '--containment' ? " -x -a 'sandbox process'" : ''}`),
    ]
  })
  return `function __safechaos_runs
  set -l folder $PWD
  while test -n "$folder"
    if test -d "$folder/.safechaos/runs"
      ls "$folder/.safechaos/runs"
      break
    end
    set folder (string replace -r '/[^/]*$' '' -- $folder)
  end
  echo last
end
${lines.join('\n')}
`
}

const quotable = (text: string): string => text.replaceAll("'", '').replaceAll(':', '')
