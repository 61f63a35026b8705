import type { LogLine, Sample } from '@safechaos/core'
import { BASELINE_MS, RECOVERY_MS, sha256, type Story, SYNTHETIC_ZERO, WORKERS } from './synthetic-story.ts'

/** What the tap would have sent. */
export function tellSamples({ endMs, lagAt, recoverMs }: Story, random: () => number): Sample[] {
  const out: Sample[] = []
  const last = endMs + 400 + RECOVERY_MS
  const hurtUntil = endMs + recoverMs / 3
  for (let ms = -BASELINE_MS; ms < last; ms += 100) {
    const hurt = ms >= 0 && ms < hurtUntil
    const latencies = Array.from({ length: 5 }, () => 8 + random() ** 6 * 60 + (hurt ? random() * 6 + (random() < 0.1 ? 150 * random() : 0) : 0))
    const failing = hurt && random() < 0.05 ? 1 : 0
    if (failing) latencies[0] = 1000
    out.push({
      kind: 'load',
      from: SYNTHETIC_ZERO + ms,
      to: SYNTHETIC_ZERO + ms + 100,
      scheduled: 5,
      ok: 5 - failing,
      failed: failing ? { timeout: 1 } : {},
      latencies,
      lateMs: random() * 2,
    })
  }
  for (let ms = -BASELINE_MS; ms < last; ms += 500) {
    const at = SYNTHETIC_ZERO + ms
    if (ms > endMs - 3000 && ms < endMs - 1400) out.push({ kind: 'no-reading', signal: 'lag', at, reason: 'timeout', detail: 'no answer in 500 ms' })
    else out.push({ kind: 'reading', signal: 'lag', at, value: lagAt(ms, endMs, random) })
  }
  for (let ms = -BASELINE_MS; ms < last; ms += 1000)
    out.push({ kind: 'reading', signal: 'memory', at: SYNTHETIC_ZERO + ms, value: 61e6 + random() * 8e5 + lagAt(ms, endMs, random) * 1.6e6 })
  for (let ms = -BASELINE_MS; ms < last; ms += 250) out.push({ kind: 'reading', signal: 'health', at: SYNTHETIC_ZERO + ms, value: 1 })
  return out
}

/** What the services would have written. */
export function tellLogs({ endMs }: Story, random: () => number): LogLine[] {
  const out: LogLine[] = []
  const line = (ms: number, service: string, stream: 'out' | 'err', text: string) =>
    void out.push({ at: SYNTHETIC_ZERO + ms, service, stream, line: text })
  for (let ms = -BASELINE_MS; ms < endMs + RECOVERY_MS; ms += 180) {
    const worker = WORKERS[Math.floor(random() * 4)] ?? 'worker#1'
    line(ms, worker, 'out', `reconciled payment ${Math.floor(1e6 * random())} in ${(random() * 40).toFixed(1)} ms`)
    if (random() < 0.3) line(ms + 11, 'api#1', 'out', `POST /pay 202 ${(random() * 20).toFixed(1)} ms`)
  }
  line(1905, 'worker#1', 'err', 'Error: database is locked\n    at DatabaseSync.prepare (node:sqlite)')
  line(endMs - 400, 'api#1', 'err', 'queue depth 812 and growing')
  return out.sort((a, b) => a.at - b.at)
}

/** Mulberry32 over the digest of a text: the same text gives the same run. */
export function randomFrom(text: string): () => number {
  let state = Number.parseInt(sha256(text).slice(0, 8), 16)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
