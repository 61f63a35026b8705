import type { CommandEntry, Completes } from '../command-entry.ts'

/** Runs of a lab are folders of `.safechaos/runs` in the folder or one above it; no program is started for a key press. An alias of `ls` is passed over. */
const LIST_RUNS = `__safechaos_runs() {
  local folder=$PWD
  while [ -n "$folder" ]; do
    if [ -d "$folder/.safechaos/runs" ]; then command ls "$folder/.safechaos/runs"; break; fi
    folder=\${folder%/*}
  done
  echo last
}`

const CONTAINMENTS = 'sandbox process'
const SHELLS = 'bash zsh fish'

const firstWord = ({ name }: CommandEntry): string => name.split(' ')[0] ?? name
const secondWord = ({ name }: CommandEntry): string | undefined => name.split(' ')[1]
const flagsOf = ({ options }: CommandEntry): string[] => [
  ...options.flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? []),
  '--json',
  '--help',
]
const kindsOf = (entry: CommandEntry): Completes | undefined => entry.arguments[0]?.completes

/** What bash and zsh offer behind a command: its second word, values of its argument that are no files, its options. */
function wordsOf(entry: CommandEntry): string {
  const kind = kindsOf(entry)
  const values = kind === 'shell' ? [SHELLS] : kind === 'run' ? ['$(__safechaos_runs)'] : []
  return [secondWord(entry), ...values, ...flagsOf(entry)].filter((word) => word !== undefined).join(' ')
}

/** For `source <(safechaos completion bash)`. */
export function bashScript(commands: readonly CommandEntry[]): string {
  return `${LIST_RUNS}
_safechaos() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(firstWord).join(' ')} --help --version"
  elif [ "$before" = --containment ]; then words="${CONTAINMENTS}"
  elif [ "$before" = --run ]; then words=$(__safechaos_runs)
  else case \${COMP_WORDS[1]} in
${commands.map((entry) => `    ${firstWord(entry)}) words="${wordsOf(entry)}" ;;`).join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _safechaos safechaos
`
}

/** For `source <(safechaos completion zsh)`; starts the completion of zsh where nobody has. */
export function zshScript(commands: readonly CommandEntry[]): string {
  const list = commands.map((entry) => `    '${firstWord(entry)}:${quotable(entry.summary)}'`)
  const cases = commands.map((entry) => {
    const files = ['charter', 'folder', 'file'].includes(kindsOf(entry) ?? '') ? '; _files' : ''
    return `    ${firstWord(entry)}) compadd -- ${wordsOf(entry)}${files} ;;`
  })
  return `#compdef safechaos
${LIST_RUNS}
_safechaos() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands
  elif [[ $words[CURRENT-1] == --containment ]]; then compadd ${CONTAINMENTS}
  elif [[ $words[CURRENT-1] == --run ]]; then compadd $(__safechaos_runs)
  else case $words[2] in
${cases.join('\n')}
  esac; fi
}
(( $+functions[compdef] )) || { autoload -U compinit && compinit }
compdef _safechaos safechaos
`
}

/** For `safechaos completion fish | source`. */
export function fishScript(commands: readonly CommandEntry[]): string {
  return `function __safechaos_runs
  set -l folder $PWD
  while test -n "$folder"
    if test -d "$folder/.safechaos/runs"
      command ls "$folder/.safechaos/runs"
      break
    end
    set folder (string replace -r '/[^/]*$' '' -- $folder)
  end
  echo last
end
${commands.flatMap(fishLines).join('\n')}
`
}

const FISH_VALUES: Readonly<Record<string, string>> = { '--containment': CONTAINMENTS, '--run': '(__safechaos_runs)' }

function fishLines(entry: CommandEntry): string[] {
  const word = firstWord(entry)
  const seen = `__fish_seen_subcommand_from ${word}`
  const second = secondWord(entry)
  const kind = kindsOf(entry)
  const offer = (words: string, when = seen): string => `complete -c safechaos -n '${when}' -f${words === '' ? '' : ` -a '${words}'`}`
  return [
    `complete -c safechaos -n __fish_use_subcommand -f -a ${word} -d '${quotable(entry.summary)}'`,
    ...(second === undefined ? [] : [offer(second, `${seen}; and not __fish_seen_subcommand_from ${second}`)]),
    ...(kind === undefined || kind === 'service' ? [offer('')] : []),
    ...(kind === 'run' ? [offer('(__safechaos_runs)')] : []),
    ...(kind === 'shell' ? [offer(SHELLS)] : []),
    ...flagsOf(entry)
      .filter((flag) => flag.startsWith('--'))
      .map((flag) => `complete -c safechaos -n '${seen}' -l ${flag.slice(2)}${flag in FISH_VALUES ? ` -x -a '${FISH_VALUES[flag]}'` : ''}`),
  ]
}

const quotable = (text: string): string => text.replaceAll("'", '').replaceAll(':', '')
