import type { Command } from './spawner.ts'
import { startCommand } from './start-command.ts'

/** More than this of a tool's output is not kept. */
const MOST_OUTPUT = 1 << 20

export interface Ended {
  /** Exit status; undefined if it was ended by a signal, did not start, or ran into its deadline. */
  readonly status: number | undefined
  readonly out: string
  readonly err: string
  /** True when there was more output than is kept: what is missing proves nothing. */
  readonly cut: boolean
  /** In words, when there is no status. */
  readonly why: string
}

/** Runs a program to its end, or ends it (with its process group) after `deadlineMs`, or when it is told to stop: then it is gone. Never throws. */
export function runCommand(command: Command, deadlineMs: number, stdin = '', stop?: AbortSignal): Promise<Ended> {
  return new Promise((done) => {
    const child = startCommand(command, 'pipe')
    const kept = { out: '', err: '' }
    let cut = false
    let why = ''
    const keep = (name: 'out' | 'err') => (text: string) => {
      if (kept[name].length + text.length > MOST_OUTPUT) cut = true
      kept[name] = (kept[name] + text).slice(0, MOST_OUTPUT)
    }
    const finish = (status: number | undefined) => {
      clearTimeout(timer)
      stop?.removeEventListener('abort', end)
      done({ status, ...kept, cut, why })
    }
    const end = (): void => endGroup(child.pid)
    stop?.addEventListener('abort', end, { once: true })
    const timer = setTimeout(() => {
      why = `ended after its ${deadlineMs} ms`
      endGroup(child.pid)
      finish(undefined)
    }, deadlineMs)
    child.stdout?.setEncoding('utf8').on('data', keep('out'))
    child.stderr?.setEncoding('utf8').on('data', keep('err'))
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(stdin)
    child.once('error', (error) => {
      why = error.message
      finish(undefined)
    })
    child.once('close', (code, signal) => {
      why ||= signal === null ? '' : `ended by ${signal}`
      finish(code ?? undefined)
    })
  })
}

/** Kills a child that leads a process group of its own, and the group. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
