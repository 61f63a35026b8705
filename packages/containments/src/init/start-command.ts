import { type ChildProcess, spawn } from 'node:child_process'
import { hand } from './hand-over.ts'
import type { Command } from './spawner.ts'

/** Starts a command as the leader of a session and process group of its own, with pipes for what it prints. */
export function startCommand({ argv, cwd, environment, handed }: Command, stdin: 'pipe' | 'ignore'): ChildProcess {
  const [file = '', ...args] = argv
  const handing = handed === undefined ? [] : (['pipe'] as const)
  const child = spawn(file, args, { cwd, env: environment, stdio: [stdin, 'pipe', 'pipe', ...handing], detached: true })
  hand(child, handed)
  return child
}
