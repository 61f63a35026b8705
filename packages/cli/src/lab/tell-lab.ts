import type { Call } from '../call.ts'
import { type KnownRun, labAround } from './known-runs.ts'

/** Outside of any lab the runs of all labs are looked through: says which one was taken. */
export function tellLab({ output, cwd, environment }: Call, { run, labDir }: KnownRun): void {
  if (labAround(cwd, environment) === undefined) output.aside(`this is run ${run} of the lab in ${labDir}`)
}
