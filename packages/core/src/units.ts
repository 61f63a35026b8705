import { z } from 'zod'

const DURATION = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** `250ms`, `2s`, `1.5m`, `1h` as milliseconds; undefined if it is none of these. */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  return found ? Math.round(Number(found[1]) * DURATION[found[2] as keyof typeof DURATION]) : undefined
}

/** A duration in a charter, as milliseconds. */
export const Duration = z
  .string()
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms === undefined) context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write for example 250ms, 2s or 1.5m` })
    return ms ?? z.NEVER
  })
  .meta({ description: 'a duration: 250ms, 2s, 1.5m, 1h', type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$' })

/** `5 s`, `250 ms`, `2 min`: for people. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`
  return `${Number((ms / 60_000).toFixed(1))} min`
}
