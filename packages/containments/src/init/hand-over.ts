import type { ChildProcess } from 'node:child_process'
import { Refusal } from './channel.ts'

type Environment = Readonly<Record<string, string>>

/**
 * A service's variables say what every program loads and finds (LD_PRELOAD, PATH), so that no wrapper that still has privileges may be started
 * with them. They are handed over on this descriptor instead, and become variables of the service's own program; no command line shows them.
 */
export const HANDED = 3

/** For a shell without anything of the service in its environment: its arguments become the command that sets the variables first. */
export const TAKE_OVER = `eval "$(cat <&${HANDED})"
exec ${HANDED}<&-`

/** The command that runs `argv` with the variables of `handedToShell`. */
export const takingOver = (argv: readonly string[]): string[] => ['/bin/sh', '-c', `${TAKE_OVER}\nexec "$@"`, 'sh', ...argv]

/** What TAKE_OVER reads. */
export function handedToShell(environment: Environment): string {
  const words = pairsOf(environment).map(([name, value]) => `'${`${name}=${value}`.replaceAll("'", `'\\''`)}'`)
  return `set -- /usr/bin/env -i ${words.join(' ')} "$@"`
}

/** What bubblewrap reads with `--args`. */
export function handedToBubblewrap(environment: Environment): string {
  return pairsOf(environment)
    .flatMap(([name, value]) => ['--setenv', name, value])
    .map((word) => `${word}\0`)
    .join('')
}

/** Where a command reads what is handed to it. */
export function hand(child: ChildProcess, handed: string | undefined): void {
  const pipe = child.stdio[HANDED]
  if (handed === undefined || pipe === undefined || pipe === null || !('end' in pipe)) return
  // The command may have ended before it read everything: its exit tells.
  pipe.on('error', () => undefined)
  pipe.end(handed)
}

/** A NUL would end one argument and begin another. */
function pairsOf(environment: Environment): readonly (readonly [string, string])[] {
  const pairs = Object.entries(environment)
  const wrong = pairs.find(([name, value]) => `${name}${value}`.includes('\0'))
  if (wrong !== undefined) throw new Refusal('SC_STACK', `the variable ${wrong[0].replaceAll('\0', '')} holds a NUL character`)
  return pairs
}
