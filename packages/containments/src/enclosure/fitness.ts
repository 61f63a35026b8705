import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { CheckLine } from '@safechaos/core'

const MIB = 1 << 20
const LEAST_DISK_MIB = 64
const LEAST_MEMORY_MIB = 128
const MOST_CLOCK_STEP_MS = 500

/** Disk, memory and clock of the machine, as far as a run depends on them. */
export async function fitnessOf(workDir: string): Promise<readonly CheckLine[]> {
  return [await disk(workDir), memory(), clock()]
}

async function disk(workDir: string): Promise<CheckLine> {
  try {
    const { bavail, bsize } = await statfs(workDir)
    const free = Math.floor((bavail * bsize) / MIB)
    return { check: 'disk', ok: free >= LEAST_DISK_MIB, detail: `${free} MiB free for the run (at least ${LEAST_DISK_MIB})` }
  } catch (error) {
    return { check: 'disk', ok: false, detail: `the free space of ${workDir} cannot be read: ${(error as Error).message}` }
  }
}

function memory(): CheckLine {
  const found = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))
  if (found === null) return { check: 'memory', ok: true, detail: 'this kernel does not say how much is available' }
  const free = Math.floor(Number(found[1]) / 1024)
  return { check: 'memory', ok: free >= LEAST_MEMORY_MIB, detail: `${free} MiB available (at least ${LEAST_MEMORY_MIB})` }
}

/** A wall clock that was set since this process started makes ages of samples meaningless. */
function clock(): CheckLine {
  const step = Math.round(Date.now() - (performance.timeOrigin + performance.now()))
  return {
    check: 'clock',
    ok: Math.abs(step) <= MOST_CLOCK_STEP_MS,
    detail: `the clock moved by ${step} ms against the steady one since the agent started`,
  }
}
