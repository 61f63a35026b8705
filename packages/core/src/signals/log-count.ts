/** What the init tells the tap of one log signal. */
export interface LogCount {
  /** Lines with the signal's text since the tap was started. */
  readonly lines: number
  /** Whether a process of the service is there that could print any. */
  readonly alive: boolean
}
