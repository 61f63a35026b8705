import type { Zod } from './zod.ts'

const DURATION = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

const DURATION_TEXT = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/

/** `250ms`, `2s`, `1.5m`, `1h` as whole milliseconds; undefined if it is none of these. */
export function parseDuration(text: string): number | undefined {
  const found = DURATION_TEXT.exec(text)
  return found ? Math.round(Number(found[1]) * DURATION[found[2] as keyof typeof DURATION]) : undefined
}

/** Milliseconds as a charter writes them: `1h`, `2m`, `5s`, `250ms`. `parseDuration` gives the same number back. */
export function durationSource(ms: number): string {
  const unit = ms === 0 ? 's' : (['h', 'm', 's'] as const).find((name) => ms % DURATION[name] === 0)
  return unit === undefined ? `${ms}ms` : `${ms / DURATION[unit]}${unit}`
}

const DURATION_WANTED = 'write a number with ms, s, m or h, for example 250ms, 2s or 1.5m'

/** A duration in a charter, as milliseconds; encoding gives the text back. */
export const duration = (z: Zod) =>
  z.codec(z.string(DURATION_WANTED).regex(DURATION_TEXT, `not a duration; ${DURATION_WANTED}`), z.number(), {
    decode: (text) => parseDuration(text) ?? Number.NaN,
    encode: durationSource,
  })

/** `5 s`, `250 ms`, `2 min`: for people. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`
  return `${Number((ms / 60_000).toFixed(1))} min`
}
