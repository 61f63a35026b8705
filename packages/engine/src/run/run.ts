import { SafechaosError, type Verdict } from '@safechaos/core'
import { baseline } from './baseline.ts'
import { close } from './close.ts'
import type { Desk, RunHooks } from './desk.ts'
import type { EarlyRun } from './early.ts'
import { judgeRun, verdictOf } from './judge-run.ts'
import { openDesk, type OpenDesk, type RunPlace } from './open-desk.ts'
import { openStack } from './open-stack.ts'
import { preflight } from './preflight.ts'
import { type Instead, type Prepared, ready, type RunOptions, weakerContainment } from './prepare.ts'
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
  const opened = await begin(early, prepared, hooks)
  const { desk, watch } = opened
  let instead: Instead | undefined
  try {
    const { plan, digest } = prepared.planned
    await desk.stage('charter', async () => plan.charter.name)
    await desk.stage('check', async () => `${plan.charter.file}, ${plan.stack.file}`)
    await desk.stage('plan', async () => digest)
    await desk.stage('policy', async () => prepared.decision.why.join('; '))
    if (prepared.decision.effect === 'deny') throw await denied(desk, prepared.decision.why)
    await desk.stage('approvals', async () => 'none asked for')
    await desk.stage('open', async () => openStack(desk, prepared, options.fellBack))
    instead = await weakerContainment(early)
    if (instead === undefined) return await insideWalls(opened, prepared)
  } finally {
    watch.stop()
    await early.link.end()
    await endRecord(desk)
  }
  return await runExperiment({ ...options, containment: instead.containment, fellBack: instead.why }, hooks)
}

/** No durable record, no start: what was raised meanwhile is taken down again before that is said. */
async function begin(early: EarlyRun, prepared: Prepared, hooks: RunHooks): Promise<OpenDesk> {
  try {
    return openDesk(early, prepared, hooks)
  } catch (error) {
    await early.link.end()
    throw error
  }
}

async function insideWalls({ desk, place, watch }: OpenDesk, prepared: Prepared): Promise<RunResult> {
  const { plan } = prepared.planned
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
}

/** The walls that were raised meanwhile are taken down in order: nobody was lost, and nothing was refused halfway. */
async function denied(desk: Desk, why: readonly string[]): Promise<SafechaosError> {
  desk.tell()
  // Why it could not close is not what people need to hear now: the agent is ended next, and what it leaves its reaper takes down.
  await desk.link.ask({ ask: 'close' }).catch(() => undefined)
  return new SafechaosError({ code: 'SC_POLICY', message: `denied by policy: ${why.join('; ')}` })
}
