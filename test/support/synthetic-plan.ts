import { faultOf, type Plan } from '@safechaos/core'
import { lagGate, loadGate } from '../../packages/core/src/testing/gate-samples.ts'
import { BASELINE_MS, HOLD_MS, RECOVERY_MS, sha256, WORKERS } from './synthetic-story.ts'

/** The plan of every synthetic run; only name and stack differ. */
export function syntheticPlan(name: string): Plan {
  const fault = { kind: 'process.kill', target: 'worker', signal: 'SIGKILL' } as const
  const definition = faultOf(fault.kind)
  if (definition === undefined) throw new Error(`the catalogue has no ${fault.kind}`)
  return {
    version: 1,
    charter: { name, file: `charters/${name}.yaml`, digest: sha256(name), expansion: sha256(`${name}+`) },
    stack: { file: `stacks/${name.endsWith('weak') ? 'weak' : 'repaired'}/compose.yaml`, digest: sha256(`stack ${name}`) },
    hypothesis: 'Paying keeps working and every payment is reconciled within 10 s while workers die',
    environment: 'dev',
    containment: 'sandbox',
    owner: 'Ada Palmer <ada@example.org>',
    seed: 'b6d1c0ffee42',
    fault,
    sentence: definition.sentence(fault),
    hits: definition.target(fault),
    targets: WORKERS.map((id) => ({ id, members: [id] })),
    templates: definition.acts(fault),
    stages: [1, 2, 4].map((targets, index) => ({
      number: index + 1,
      targets,
      holdMs: HOLD_MS,
      acts: WORKERS.slice(index === 0 ? 0 : index, targets).map((target) => ({ offsetMs: 0, pick: { target } })),
    })),
    load: { method: 'GET', url: 'http://api:8080/pay', rate: 50, timeoutMs: 1000 },
    signals: [
      { name: 'lag', from: 'metrics', url: 'http://api:8080/metrics', metric: 'reconcile_lag_seconds', labels: {}, everyMs: 500, unit: 's' },
      { name: 'memory', from: 'stats', service: 'api', stat: 'memory', everyMs: 1000, unit: 'bytes' },
      { name: 'health', from: 'http', url: 'http://api:8080/health', everyMs: 250, timeoutMs: 500, unit: 'up' },
    ],
    gates: [loadGate(), lagGate({ minRequests: 0 })],
    invariants: [{ name: 'balanced', get: 'http://api:8080/invariant', expectStatus: 200, withinMs: 10_000 }],
    baselineMs: BASELINE_MS,
    recoveryMs: RECOVERY_MS,
    limitMs: 120_000,
    lease: { ms: 3000, renewEveryMs: 1000 },
    maxAbortMs: 10_000,
    worstCase: {
      detectMs: 3200,
      dispatchMs: 100,
      revertMs: 300,
      verifyMs: 400,
      abortMs: 4000,
      silenceMs: 4700,
      controllerDeathMs: 750,
      agentDeathMs: 1400,
    },
    rings: [
      { ring: 0, by: 'PID namespace dies with its init', withinMs: 100 },
      { ring: 1, by: 'agent reverts on end of its pipe or lease', withinMs: 4700 },
      { ring: 2, by: 'reaper undoes what is owed', withinMs: 1400 },
    ],
  }
}
