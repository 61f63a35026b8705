/** A value with its instant in epoch milliseconds. */
export interface Point {
  readonly at: number
  readonly value: number
}

const NEWEST = 8
const HORIZON_MS = 60_000

/**
 * In how many milliseconds a value that goes on as it went in its newest points reaches the limit; undefined if it does not move that way,
 * has fewer than four points, or would need more than a minute.
 */
export function reachesLimitIn(points: readonly Point[], limit: number, rising: boolean): number | undefined {
  const used = points.slice(-NEWEST)
  const last = used.at(-1)
  if (used.length < 4 || last === undefined) return undefined
  const slope = slopePerMs(used)
  const missing = limit - last.value
  const towards = rising ? slope > 0 && missing > 0 : slope < 0 && missing < 0
  if (!towards) return undefined
  const ms = missing / slope
  return ms <= HORIZON_MS ? ms : undefined
}

/** Least squares, so that one outlier does not cry wolf. */
function slopePerMs(points: readonly Point[]): number {
  const meanAt = mean(points.map(({ at }) => at))
  const meanValue = mean(points.map(({ value }) => value))
  const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0)
  return spread === 0 ? 0 : points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0) / spread
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
