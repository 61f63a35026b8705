import type { GateSpec } from '../gate/gate.ts'
import type { LoadSlice, NoReading, Reading, UnknownReason } from '../signals/sample.ts'

/** A gate of 2 out of 3 one-second windows on the error ratio. */
export const loadGate = (more: Partial<GateSpec> = {}): GateSpec => ({
  name: 'errorRatio',
  input: { load: 'errorRatio' },
  breach: 'above',
  limit: 0.05,
  unit: 'ratio',
  windowMs: 1000,
  need: 2,
  of: 3,
  minRequests: 20,
  freshMs: 3000,
  guard: false,
  ...more,
})

/** The same on a signal called `lag`. */
export const lagGate = (more: Partial<GateSpec> = {}): GateSpec => loadGate({ name: 'lag', input: { signal: 'lag' }, limit: 10, unit: 's', ...more })

/** A slice of 100 ms with five requests, `failed` of them; the latencies are alike. */
export function slice(from: number, failed = 0, more: Partial<LoadSlice> = {}): LoadSlice {
  return {
    kind: 'load',
    from,
    to: from + 100,
    scheduled: 5,
    ok: 5 - failed,
    failed: failed > 0 ? { timeout: failed } : {},
    latencies: [10, 10, 10, 10, 10],
    lateMs: 1,
    ...more,
  }
}

/** The ten slices of a second. */
export const second = (from: number, failed = 0, more: Partial<LoadSlice> = {}): LoadSlice[] =>
  Array.from({ length: 10 }, (_, index) => slice(from + index * 100, failed, more))

export const reading = (at: number, value: number): Reading => ({ kind: 'reading', signal: 'lag', at, value })
export const noReading = (at: number, reason: UnknownReason): NoReading => ({
  kind: 'no-reading',
  signal: 'lag',
  at,
  reason,
  detail: `no: ${reason}`,
})
