/** One line that a service wrote, as `logs.jsonl` keeps it. `at` in epoch milliseconds. */
export interface LogLine {
  readonly at: number
  /** The replica: `worker#2`. */
  readonly service: string
  readonly stream: 'out' | 'err'
  readonly line: string
}
