import { digestOf } from '@safechaos/agent'
import { type DigestedPlan, faultOf, type FaultSpec, type Plan, type PlannedStage, type PlannedTarget, type Stack } from '@safechaos/core'
import { service } from './stacks.ts'

const fakeService = (name: string, replicas: number): Stack['services'][number] => service(name, { replicas, command: ['true'] })

/** Three workers and an API on one network; nothing of it is ever started. */
export const fakeStack: Stack = { name: 'fake', services: [fakeService('worker', 3), fakeService('api', 1)], networks: ['default'] }

/** A plan as the planner would make it for a stack whose folder is empty, for tests of the agent: every stage acts at once on the targets that are new in it. */
export function fakePlan(change: {
  fault: FaultSpec
  targets: readonly string[]
  stages?: readonly PlannedStage[]
  leaseMs?: number
  limitMs?: number
  stack?: Stack
  containment?: Plan['containment']
}): DigestedPlan {
  const fault = faultOf(change.fault.kind)
  if (fault === undefined) throw new Error(`no fault ${change.fault.kind}`)
  const targets: PlannedTarget[] = change.targets.map((id) => ({ id, members: id.split('~') }))
  const plan: Plan = {
    version: 1,
    charter: { name: 'fake', file: 'fake.yaml', digest: '0'.repeat(64), expansion: '0'.repeat(64) },
    stack: { file: 'compose.yaml', digest: digestOf({ stack: change.stack ?? fakeStack, folder: '', files: {} }) },
    hypothesis: 'it holds',
    environment: 'dev',
    containment: change.containment ?? 'process',
    owner: 'nobody',
    seed: 'seed',
    fault: change.fault,
    sentence: fault.sentence(change.fault),
    hits: fault.target(change.fault),
    targets,
    templates: fault.acts(change.fault),
    stages: change.stages ?? stagesOf(targets),
    load: undefined,
    signals: [],
    gates: [],
    invariants: [],
    baselineMs: 0,
    recoveryMs: 0,
    limitMs: change.limitMs ?? 60_000,
    lease: { ms: change.leaseMs ?? 3000, renewEveryMs: 1000 },
    maxAbortMs: 10_000,
    worstCase: { detectMs: 0, dispatchMs: 0, revertMs: 0, verifyMs: 0, abortMs: 0, silenceMs: 0, controllerDeathMs: 0, agentDeathMs: 0 },
    rings: [],
  }
  // As it comes over the pipe.
  const sent = JSON.parse(JSON.stringify(plan)) as Plan
  return { plan: sent, digest: digestOf(sent) }
}

function stagesOf(targets: readonly PlannedTarget[]): PlannedStage[] {
  const all = { number: 2, targets: targets.length, holdMs: 100, acts: targets.slice(1).map(({ id }) => ({ offsetMs: 0, pick: { target: id } })) }
  const first = { number: 1, targets: 1, holdMs: 100, acts: targets.slice(0, 1).map(({ id }) => ({ offsetMs: 0, pick: { target: id } })) }
  return targets.length > 1 ? [first, all] : [first]
}
