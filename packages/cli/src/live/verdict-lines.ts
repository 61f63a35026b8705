import type { Verdict } from '@safechaos/core'
import type { Paint } from '../output/output.ts'
import { wrapped } from '../output/table.ts'

type Light = 'hypothesis' | 'effect' | 'rollback' | 'containment' | 'evidence'
const LIGHTS: readonly Light[] = ['hypothesis', 'effect', 'rollback', 'containment', 'evidence']

const TONES: Readonly<Record<Verdict[Light]['state'], 'green' | 'yellow' | 'red'>> = {
  held: 'green',
  refuted: 'red',
  inconclusive: 'yellow',
  landed: 'green',
  'did-not-land': 'red',
  unknown: 'yellow',
  clean: 'green',
  stuck: 'red',
  'nothing-to-undo': 'green',
  weaker: 'yellow',
  broken: 'red',
  complete: 'green',
  gaps: 'yellow',
}
/** Never colour alone. */
const SHAPES = { green: '✓', yellow: '!', red: '✗' } as const

/** Characters before a reason. */
const INDENT = 33
const NARROWEST = 60

/** The sentence, then five lights, each with its plain reason. With a width the reasons are wrapped, in columns if there is room. */
export function verdictLines(verdict: Verdict, paint: Paint, width?: number): string[] {
  const room = width === undefined || width < NARROWEST ? undefined : width - INDENT
  const lights = LIGHTS.flatMap((light) => {
    const { state, why } = verdict[light]
    const tone = TONES[state]
    const [first = '', ...more] = wrapped(why, room)
    return [
      ` ${paint[tone](SHAPES[tone])} ${light.padEnd(12)} ${paint[tone](state.padEnd(16))} ${first}`,
      ...more.map((line) => `${' '.repeat(INDENT)}${line}`),
    ]
  })
  return [...wrapped(verdict.sentence, width).map((line) => paint.bold(line)), '', ...lights]
}
