import { readFileSync } from 'node:fs'

/** Time as the agent sees it; a port, so that tests need not wait. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Milliseconds from some fixed instant. Never runs backwards, and goes on while the machine sleeps. */
  monotonic(): number
}

const hrStart = process.hrtime.bigint()
const upStart = uptime()

/** Seconds since boot with suspended time included, as CLOCK_BOOTTIME; undefined where /proc does not show it. */
function uptime(): number | undefined {
  try {
    const seconds = Number(readFileSync('/proc/uptime', 'latin1').split(' ', 1)[0])
    return Number.isFinite(seconds) ? seconds : undefined
  } catch {
    return undefined
  }
}

/** The greater of CLOCK_MONOTONIC and /proc/uptime: a machine that slept has lost its lease too. */
function monotonic(): number {
  const byHr = Number(process.hrtime.bigint() - hrStart) / 1e6
  const up = uptime()
  return up === undefined || upStart === undefined ? byHr : Math.max(byHr, (up - upStart) * 1000)
}

export const systemClock: Clock = { now: Date.now, monotonic }
