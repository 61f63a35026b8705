import { SafechaosError, type Verdict } from '@safechaos/core'
import { baseline } from './baseline.ts'
import { close } from './close.ts'
import type { RunHooks } from './desk.ts'
import type { EarlyRun } from './early.ts'
import { judgeRun, verdictOf } from './judge-run.ts'
import { openDesk, type RunPlace } from './open-desk.ts'
import { openStack } from './open-stack.ts'
import { preflight } from './preflight.ts'
import { ready, type RunOptions } from './prepare.ts'
import { ramp } from './ramp.ts'
import { endRecord, report } from './report.ts'
import { revert } from './revert.ts'
import { verify } from './verify.ts'

export interface RunResult extends RunPlace {
  readonly verdict: Verdict
}

/**
 * One run, from charter to report, in the order of `STAGES`. A no before the first inject closes what was opened and ends the run; from the
 * first inject on every way out goes through revert and verify. Throws SafechaosError for a charter that cannot be run or that policy denies.
 */
export async function runExperiment(options: RunOptions, hooks: RunHooks, started?: EarlyRun): Promise<RunResult> {
  const { early, prepared } = await ready(options, started)
  const { plan } = prepared.planned
  const { desk, place, watch } = openDesk(early, prepared, hooks)
  try {
    await desk.stage('charter', async () => plan.charter.name)
    await desk.stage('check', async () => `${plan.charter.file}, ${plan.stack.file}`)
    await desk.stage('plan', async () => prepared.planned.digest)
    await desk.stage('policy', async () => prepared.decision.why.join('; '))
    if (prepared.decision.effect === 'deny') throw denied(prepared.decision.why)
    await desk.stage('approvals', async () => 'none asked for')
    await desk.stage('open', async () => openStack(desk, prepared))
    await desk.stage('preflight', async () => preflight(desk, prepared))
    await desk.stage('baseline', async () => baseline(desk, plan, watch))
    await desk.stage('ramp', async () => ramp(desk, plan, watch))
    await desk.stage('revert', async () => revert(desk, plan, watch))
    await desk.stage('verify', async () => verify(desk, plan, watch))
    await desk.stage('close', async () => close(desk, watch))
    await desk.stage('judge', async () => judgeRun(desk))
    await desk.stage('report', async () => report(desk))
    await desk.stage('learn', async () => 'the facts are in postmortem.md; its questions are for people')
    return { ...place, verdict: verdictOf(desk) }
  } finally {
    watch.stop()
    await early.link.end()
    endRecord(desk)
  }
}

const denied = (why: readonly string[]): SafechaosError => new SafechaosError({ code: 'SC_POLICY', message: `denied by policy: ${why.join('; ')}` })
