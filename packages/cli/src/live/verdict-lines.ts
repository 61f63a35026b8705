import { lights, type Verdict } from '@safechaos/core'
import { harmless } from '../output/harmless.ts'
import type { Paint } from '../output/output.ts'
import { wrapped } from '../output/table.ts'
import { TONE_LOOK } from '../output/tone-look.ts'

/** Characters before a reason. */
const INDENT = 33
const NARROWEST = 60

/** The sentence, then five lights, each with its plain reason. With a width the reasons are wrapped, in columns if there is room. */
export function verdictLines(verdict: Verdict, paint: Paint, width: number | undefined): string[] {
  const room = width === undefined || width < NARROWEST ? undefined : width - INDENT
  const lightLines = lights(verdict).flatMap(({ name, tone, word, why }) => {
    const { shape, color } = TONE_LOOK[tone]
    const [first = '', ...more] = wrapped(harmless(why), room)
    return [
      ` ${paint[color](shape)} ${name.padEnd(12)} ${paint[color](word.padEnd(16))} ${first}`,
      ...more.map((line) => `${' '.repeat(INDENT)}${line}`),
    ]
  })
  return [...wrapped(harmless(verdict.sentence), width).map((line) => paint.bold(line)), '', ...lightLines]
}
