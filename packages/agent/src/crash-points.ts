/** Every named place where the crash suite may kill the agent, in the order of a run. */
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

/** Kills this process at once if SAFECHAOS_CRASH_AT names `point`; without that variable it does nothing. */
export function crashPoint(point: CrashPoint): void {
  if (process.env.SAFECHAOS_CRASH_AT === point) process.kill(process.pid, 'SIGKILL')
}
