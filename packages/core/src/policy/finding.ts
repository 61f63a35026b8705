/** One thing that stands against a plan, and what would take it away. */
export interface Finding {
  readonly why: string
  readonly change: string
}
