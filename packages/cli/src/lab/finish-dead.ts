import type { Verdict } from '@safechaos/core'
import { finishRun, keptHead } from '@safechaos/engine'
import type { KnownRun } from './known-runs.ts'

/**
 * Gives runs whose controller died the end that it could not write; what came of each. One that cannot be finished now (a full disk, another
 * who does it) is told as unfinished by whoever tells it, and is tried again next time.
 */
export async function finishDead(runs: readonly KnownRun[]): Promise<readonly { readonly run: string; readonly verdict: Verdict }[]> {
  const finished: { readonly run: string; readonly verdict: Verdict }[] = []
  for (const { run, stateDir, runDir, live, ended, detached } of runs) {
    if (live || detached || ended === undefined || runDir === undefined || keptHead(stateDir, run) !== undefined) continue
    const verdict = await finishRun({ run, stateDir, runDir }).catch(() => undefined)
    if (verdict !== undefined) finished.push({ run, verdict })
  }
  return finished
}
