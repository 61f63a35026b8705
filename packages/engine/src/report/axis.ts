/** Maps a run's clock to 0..1 across, clipped to its ends. */
export function timeScale(from: number, to: number): (t: number) => number {
  const width = Math.max(1, to - from)
  return (t) => Math.min(1, Math.max(0, (t - from) / width))
}

/** Round numbers from `low` to `high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = niceStep((high - low) / Math.max(1, count))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** 1, 2 or 5 times a power of ten, the first that is not smaller. */
export function niceStep(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10
  return factor * power
}

/** A value axis. Starts at zero, unless the unit is one in which only differences speak and zero would hide them. */
export interface ValueAxis {
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  /** 0 at the top, 1 at the bottom. */
  readonly y: (value: number) => number
}

/** An axis that holds all values and, where that does not flatten them, the limits. */
export function valueAxis(values: readonly number[], limits: readonly number[], unit: string): ValueAxis {
  if (unit === 'up') return axisOf(0, 1.15, [0, 1])
  const top = values.reduce((most, value) => Math.max(most, value), 0)
  const bottom = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const shown = limits.filter((limit) => top === 0 || Math.abs(limit) <= top * 25)
  const highest = Math.max(top, ...shown, top === 0 && shown.length === 0 ? 1 : 0) * 1.08
  const scale = unit === 'ratio' ? 100 : unit === 'bytes' ? 1 / 1024 ** Math.min(4, Math.floor(Math.log2(Math.max(1, highest)) / 10)) : 1
  const zeroHides = unit === 'bytes' && bottom > highest * 0.6 && Number.isFinite(bottom)
  const floor = zeroHides ? bottom - (highest - bottom) * 0.3 : Math.min(0, Number.isFinite(bottom) ? bottom : 0)
  return axisOf(
    floor,
    highest,
    ticks(floor * scale, highest * scale, 3).map((tick) => tick / scale),
  )
}

function axisOf(low: number, high: number, marks: readonly number[]): ValueAxis {
  return { low, high, ticks: marks, y: (value) => 1 - Math.min(1, Math.max(0, (value - low) / (high - low || 1))) }
}
