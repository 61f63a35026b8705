/** The value below which the share `q` (0..1) of the values lies, nearest rank; undefined of nothing. */
export function quantile(values: readonly number[], q: number): number | undefined {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    q,
  )
}

/** The same of values that are in ascending order already. */
export function quantileOfSorted(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))]
}

/** Median absolute deviation, scaled to be a standard deviation for normal data; undefined of nothing. */
export function scaledMad(values: readonly number[]): number | undefined {
  const middle = quantile(values, 0.5)
  if (middle === undefined) return undefined
  return (
    1.4826 *
    (quantile(
      values.map((value) => Math.abs(value - middle)),
      0.5,
    ) ?? 0)
  )
}
