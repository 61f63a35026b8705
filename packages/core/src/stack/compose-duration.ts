const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A Compose duration (`500ms`, `1m30s`, `1.5h`) as whole milliseconds; undefined if it is none. */
export function parseComposeDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,6})?(?:us|ms|s|m|h))+$/.test(text)) return undefined
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)
  return Math.round([...parts].reduce((sum, [, number, unit = 'ms']) => sum + Number(number) * (UNITS[unit] ?? 1), 0))
}
