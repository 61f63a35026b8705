import { type CheckLine, type GateSpec, gateKeeper, isUpward, type LoadSlice, type Plan, type Sample } from '@safechaos/core'

/** One window of load that is as bad as can be for this gate. */
function badSlice(spec: GateSpec, from: number): LoadSlice {
  const many = Math.max(spec.minRequests, 1) * 2
  const up = isUpward(spec)
  const allFail = 'load' in spec.input && (spec.input.load === 'errorRatio' ? up : spec.input.load === 'okRate' ? !up : false)
  return {
    kind: 'load',
    from,
    to: from + spec.windowMs,
    scheduled: many,
    ok: allFail ? 0 : many,
    failed: allFail ? { timeout: many } : {},
    latencies: Array.from({ length: many }, () => (up ? spec.limit * 2 + 1 : 0)),
    lateMs: 0,
  }
}

/** Samples that a working gate must call a breach, spread over its windows. */
function badSamples(spec: GateSpec, from: number): Sample[] {
  const windows = Array.from({ length: spec.of + 1 }, (_, index) => from + index * spec.windowMs)
  if ('load' in spec.input) return windows.map((at) => badSlice(spec, at))
  const { signal } = spec.input
  const value = isUpward(spec) ? Math.abs(spec.limit) * 2 + 1 : -Math.abs(spec.limit) - 1
  return windows.map((at) => ({ kind: 'reading', signal, at: at + spec.windowMs / 2, value }))
}

/** Proves that each gate can fail: the same code that will watch the run is fed numbers beyond the limit, and must say BREACH. */
export function rehearseGates(plan: Plan): CheckLine[] {
  return plan.gates.map((spec) => {
    const from = 1_000_000 * spec.windowMs
    const end = from + (spec.of + 1) * spec.windowMs
    const keeper = gateKeeper([spec], plan.load, from)
    for (const sample of badSamples(spec, from)) keeper.feed(sample, end)
    const [state] = keeper.at(end)
    const ok = state?.state === 'BREACH'
    return { check: `gate ${spec.name} can fail`, ok, detail: ok ? state.detail : `numbers beyond the limit gave ${state?.state}: ${state?.detail}` }
  })
}
