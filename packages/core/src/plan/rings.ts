/** One thing, independent of the others, that ends a fault. */
export interface Ring {
  readonly ring: 0 | 1 | 2
  /** What does it, in words: "kernel timeout of the set element". */
  readonly by: string
  /** How soon after its cause, at the latest, in milliseconds. */
  readonly withinMs: number
}
