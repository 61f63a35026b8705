import { writeFileSync } from 'node:fs'

/** The most there is: where memory runs out, these end before any process that has less. */
const FIRST = '1000'

/**
 * When the machine runs out of memory, the kernel shall end something of the enclosure and nobody outside. What the init starts inherits
 * this, and among equals the kernel takes the largest. Raising it needs no privilege. Source: proc_pid_oom_score_adj(5).
 */
export function goFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', FIRST)
  } catch (error) {
    process.stderr.write(`init: where memory runs out, others may be ended first: ${(error as Error).message}\n`)
  }
}
