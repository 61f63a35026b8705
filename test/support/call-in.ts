import { join } from 'node:path'
import { runCommandLine } from '../../packages/cli/src/command-line.ts'

/** Runs one command line in this process, with a home and a state folder in `folder`; gives back what it printed. */
export async function callIn(folder: string, words: readonly string[], cwd = folder) {
  const [out, err]: [string[], string[]] = [[], []]
  const environment = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') }
  const exit = await runCommandLine(words, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    environment,
    cwd,
  })
  return { exit, out: out.join(''), err: err.join('') }
}
