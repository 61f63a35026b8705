/** Every named place where the crash suite may kill the agent, or kill or stop its controller, in the order of a run. */
export const CRASH_POINTS = [
  'after-launch',
  'after-prepare',
  'after-open',
  'before-owed',
  'after-owed',
  'after-arm',
  'mid-inject',
  'after-inject',
  'mid-renew',
  'after-renew',
  'before-undo',
  'mid-undo',
  'after-undo',
  'before-record-delete',
  'after-revert',
  'before-close',
  'after-close',
  'mid-put-away',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** A dead controller's pid may be anybody's: it is hit once. */
let hasHit = false

/**
 * Kills this process at once if SAFECHAOS_CRASH_AT names `point`, or sends its controller the signal that SAFECHAOS_CRASH_CONTROLLER names instead;
 * without the first variable it does nothing.
 */
export function crashPoint(point: CrashPoint): void {
  if (process.env.SAFECHAOS_CRASH_AT !== point || hasHit) return
  hasHit = true
  const signal = process.env.SAFECHAOS_CRASH_CONTROLLER
  if (signal === undefined) process.kill(process.pid, 'SIGKILL')
  else process.kill(process.ppid, signal)
}
