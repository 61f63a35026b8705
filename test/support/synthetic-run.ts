import { type Body, canonicalJson, GENESIS, type LedgerRecord, type LogLine, recordBytes, type Sample, type Verdict } from '@safechaos/core'
import { opening, tellRecords } from './synthetic-records.ts'
import { randomFrom, tellLogs, tellSamples } from './synthetic-samples.ts'
import { HOLD_MS, sha256, type Story, SYNTHETIC_ZERO } from './synthetic-story.ts'

export { SYNTHETIC_ZERO } from './synthetic-story.ts'

/** A run that never was: the same shape as a real one, from a seed, so that reports can be developed and tested without a kernel. */
export interface SyntheticRun {
  readonly records: readonly LedgerRecord[]
  readonly samples: readonly Sample[]
  readonly logs: readonly LogLine[]
}

/** Makes links of a valid chain out of bodies and instants. */
export function chain(bodies: readonly { readonly at: number; readonly body: Body }[]): LedgerRecord[] {
  const records: LedgerRecord[] = []
  for (const { at, body } of [...bodies].sort((a, b) => a.at - b.at)) {
    const open = { seq: records.length + 1, at, prev: records.at(-1)?.digest ?? GENESIS, body }
    records.push({ ...open, digest: sha256(canonicalJson(recordBytes(open))) })
  }
  return records
}

/** Refuted: with 2 of 4 workers killed, lag passes 10 s and the gate stops the run in stage 2. */
export const weakRun = (): SyntheticRun =>
  run({ name: 'worker-kill-weak', endMs: HOLD_MS + 6800, cause: 'gate-breach', lagAt: weakLag, recoverMs: 7400 })

/** Held: all 4 workers are killed in three stages, and lag stays low. */
export const heldRun = (): SyntheticRun =>
  run({ name: 'worker-kill-repaired', endMs: 3 * HOLD_MS, cause: 'completed', lagAt: heldLag, recoverMs: 900 })

/** Refused in preflight: nothing was injected, so there is nothing under fault to tell of. */
export function refusedRun(): SyntheticRun {
  const t = (ms: number) => SYNTHETIC_ZERO + ms
  const verdict: Verdict = {
    sentence: 'Inconclusive: preflight found that a gate cannot fail, so nothing was broken.',
    endedBy: 'preflight',
    hypothesis: { state: 'inconclusive', why: 'nothing was injected' },
    effect: { state: 'unknown', why: 'nothing was injected' },
    rollback: { state: 'nothing-to-undo', why: 'nothing was injected' },
    containment: { state: 'held', why: 'all 6 walls held' },
    evidence: { state: 'complete', why: 'every record is in the chain' },
    exit: 3,
  }
  const bodies: { at: number; body: Body }[] = [
    ...opening('worker-kill-weak', t),
    {
      at: t(-5400),
      body: { kind: 'preflight', lines: [{ check: 'gate lag can fail', ok: false, detail: 'the series reconcile_lag_seconds is not on the page' }] },
    },
    { at: t(-5390), body: { kind: 'stage', stage: 'preflight', state: 'failed', detail: '1 of 5 checks failed' } },
    { at: t(-5380), body: { kind: 'end-cause', cause: 'preflight', detail: 'gate lag can fail: no', first: true } },
    { at: t(-5000), body: { kind: 'verdict', verdict } },
  ]
  return { records: chain(bodies), samples: [], logs: [] }
}

function run(story: Story): SyntheticRun {
  const random = randomFrom(story.name)
  return { records: chain(tellRecords(story)), samples: tellSamples(story, random), logs: tellLogs(story, random) }
}

function weakLag(ms: number, endMs: number, noise: () => number): number {
  const calm = 0.25 + noise() * 0.2
  if (ms < 0) return calm
  const grown = (until: number) => Math.max(0, until - 1500) * 0.00028 + Math.max(0, until - HOLD_MS) * 0.00125
  if (ms <= endMs) return calm + grown(ms)
  return calm + Math.max(0, grown(endMs) - (ms - endMs) * 0.0016)
}

function heldLag(ms: number, endMs: number, noise: () => number): number {
  const calm = 0.25 + noise() * 0.2
  if (ms < 0 || ms > endMs + 900) return calm
  return calm + Math.min(2.4, (ms % HOLD_MS) * 0.0004) + noise() * 0.3
}
