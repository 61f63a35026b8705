const BLOCKS = '▁▂▃▄▅▆▇█'

/** The values from zero to the larger of limit and maximum; a dot where there was none, so that a gap looks like a gap. */
export function sparkline(values: readonly (number | undefined)[], limit: number): string {
  const top = Math.max(limit, ...values.map((value) => value ?? 0))
  return values
    .map((value) =>
      value === undefined
        ? '·'
        : (BLOCKS[top <= 0 ? 0 : Math.min(BLOCKS.length - 1, Math.max(0, Math.round((value / top) * (BLOCKS.length - 1))))] ?? '·'),
    )
    .join('')
}
