/** Open-loop HTTP load at a constant arrival rate: a late answer never delays the next request. */
export interface LoadSpec {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body?: string
  /** Requests per second, as scheduled. */
  readonly rate: number
  /** An unanswered request counts as failed after this long. */
  readonly timeoutMs: number
  /** Statuses of 400 and above that are designed answers and count as ok, such as 429 of a service that sheds load openly. */
  readonly accept?: readonly number[]
}
