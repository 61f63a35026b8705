import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Independent inspection: pids of living processes that carry this run's mark, or live in that PID namespace (inode), as /proc shows them. */
export function processesOfRun(run: string, pidNamespace?: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => pid !== process.pid && !isZombie(pid) && (carries(pid, run) || (pidNamespace !== undefined && namespaceOf(pid) === pidNamespace)),
    )
}

export function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  } catch {
    return undefined
  }
}

/** The words of a process, with a NUL after each; empty for one that is gone. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

/** Pids of living children of a process whose command line contains this. */
export function childrenOf(parent: number, what: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent && commandLineOf(pid).includes(what))
}

/** Waits until the condition holds; false after `ms`. */
export async function eventually(isSo: () => boolean | Promise<boolean>, ms = 3000): Promise<boolean> {
  const end = Date.now() + ms
  while (!(await isSo())) {
    if (Date.now() > end) return false
    await new Promise((done) => setTimeout(done, 15))
  }
  return true
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

const isZombie = (pid: number): boolean => ['Z', 'X', undefined].includes(stateOf(pid))

function carries(pid: number, run: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`SAFECHAOS_RUN=${run}`)
  } catch {
    return false
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0]
  } catch {
    return undefined
  }
}
