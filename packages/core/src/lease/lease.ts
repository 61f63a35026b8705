/** How long a lease lasts, and how often it is renewed. */
export interface LeaseTerms {
  readonly ms: number
  readonly renewEveryMs: number
}

/**
 * The right to keep a fault applied. It ends by itself; only fresh green evidence that is newer than the last prolongs it. Instants named
 * `mono…` are monotonic milliseconds (they also count while the machine sleeps), evidence is in epoch milliseconds as samples are.
 */
export interface Lease extends LeaseTerms {
  /** Monotonic instant at which it is over. */
  readonly untilMono: number
  /** Newest evidence that it was prolonged with; the one before the first is the instant of the grant. */
  readonly evidence: number
}

/** The lease of a fresh grant, at this instant of both clocks: evidence must be newer to renew it. */
export const grantLease = ({ ms, renewEveryMs }: LeaseTerms, now: Now): Lease => ({
  ms,
  renewEveryMs,
  untilMono: now.mono + ms,
  evidence: now.epoch,
})

/** One instant, on both clocks. */
export interface Now {
  readonly mono: number
  readonly epoch: number
}

export type Renewal = { readonly ok: true; readonly lease: Lease } | { readonly ok: false; readonly why: string }

/** Clocks of two processes on one machine are read at different instants, nothing more. */
const AHEAD_MS = 1000

/**
 * A renewed lease, or why it is not; a refused renewal leaves the lease as it was, and a lease that is over never comes back. It lasts `ms`
 * from now, and never longer than one renewal more than that from its evidence: whatever delays the evidence, the fault is off
 * `ms + renewEveryMs` after the last green sample.
 */
export function renewLease(lease: Lease, newest: number, now: Now): Renewal {
  if (leaseIsOver(lease, now.mono)) return no('the lease is over')
  if (!Number.isFinite(newest)) return no('the evidence has no instant')
  // What is a little ahead counts as now, so that it cannot be used again before time has passed.
  const evidence = Math.min(newest, now.epoch)
  if (evidence <= lease.evidence) return no('the evidence does not advance')
  if (newest > now.epoch + AHEAD_MS) return no(`the evidence is ${Math.round(newest - now.epoch)} ms in the future`)
  const age = now.epoch - evidence
  if (age > lease.ms) return no(`the evidence is ${Math.round(age)} ms old, older than the lease of ${lease.ms} ms`)
  const untilMono = now.mono + Math.min(lease.ms, lease.ms + lease.renewEveryMs - age)
  return { ok: true, lease: { ...lease, untilMono: Math.max(lease.untilMono, untilMono), evidence } }
}

/** From this instant on the fault must be reverted. */
export const leaseIsOver = (lease: Lease, mono: number): boolean => !(mono < lease.untilMono)

const no = (why: string): Renewal => ({ ok: false, why })
