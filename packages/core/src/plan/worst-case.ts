/** How long the fault can stay at most, by cause, each in milliseconds. Printed in the plan; `abortMs` above the charter's `maxAbort` is refused. */
export interface WorstCase {
  /** The parts of an abort. `detect` is zero for a person's abort. */
  readonly detectMs: number
  readonly dispatchMs: number
  readonly revertMs: number
  readonly verifyMs: number
  /** Breach onset to verified gone: the sum of the four. */
  readonly abortMs: number
  /** Telemetry lost, or the controller hung: lease + one renewal + revert + verify. */
  readonly silenceMs: number
  /** Controller dead: end-of-file + revert + verify. */
  readonly controllerDeathMs: number
  /** Agent dead: ring 0, or the reaper's poll + revert. */
  readonly agentDeathMs: number
}
