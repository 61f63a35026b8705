import { cpus, release, totalmem } from 'node:os'

/** What one bench measured. All times in milliseconds unless the title says otherwise. */
export interface Row {
  readonly what: string
  readonly values: readonly number[]
  /** In words; undefined for what is only printed beside. */
  readonly goal?: string
  readonly met?: (of: Quantiles) => boolean
}

export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface BenchOptions {
  /** Cycles of each row; undefined: as many as the goal asks for. */
  readonly n: number | undefined
  readonly seed: string
  /** For progress, one line each. */
  readonly say: (line: string) => void
}

export interface Bench {
  readonly name: string
  readonly title: string
  /** How it is measured, in sentences: what counts, from when to when, and what was looked at besides. */
  readonly how: string
  /** True if chance plays a part, and the seed decides it. */
  readonly usesSeed: boolean
  readonly run: (options: BenchOptions) => Promise<Outcome>
}

export interface Outcome {
  readonly rows: readonly Row[]
  /** Numbers that are no times, and what was noticed. */
  readonly notes?: readonly string[]
}

export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN

export const quantiles = (values: readonly number[]): Quantiles => ({
  p50: quantile(values, 0.5),
  p99: quantile(values, 0.99),
  max: quantile(values, 1),
})

/** Runs and times, in milliseconds. */
export async function timed(act: () => unknown): Promise<number> {
  const from = performance.now()
  await act()
  return performance.now() - from
}

/** Where it was measured, in one line. */
export function machine(): string {
  const [cpu] = cpus()
  const who = process.getuid?.() === 0 ? 'root' : 'a plain user'
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}, as ${who}`
}
