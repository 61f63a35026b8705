import { allPids, environmentOf, isDead, statOf } from '../init/proc.ts'

/** Whether it lives and its environment carries all these marks. `notBefore`: older ones (field 22) cannot be meant, and neither can this process. */
export function isMarked(pid: number, marks: readonly string[], notBefore = 0): boolean {
  const stat = pid === process.pid ? undefined : statOf(pid)
  if (stat === undefined || isDead(stat) || Number(stat.start) < notBefore) return false
  const environment = environmentOf(pid)
  return marks.every((mark) => environment.includes(mark))
}

export const findMarked = (marks: readonly string[], notBefore = 0): number[] => allPids().filter((pid) => isMarked(pid, marks, notBefore))
