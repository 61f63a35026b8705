import { allPids, environmentOf, isDead, statOf } from '../init/proc.ts'

/** Living processes whose environment carries all these marks, this process excepted. `notBefore`: older ones (field 22) cannot be meant. */
export function findMarked(marks: readonly string[], notBefore = 0): number[] {
  return allPids().filter((pid) => {
    if (pid === process.pid) return false
    const stat = statOf(pid)
    if (stat === undefined || isDead(stat) || Number(stat.start) < notBefore) return false
    const environment = environmentOf(pid)
    return marks.every((mark) => environment.includes(mark))
  })
}
