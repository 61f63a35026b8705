import { BEYOND, counted, durationText, gateNumber, type GateSpec, type GateView, quantity, type RunView } from '@safechaos/core'
import type { Paint } from '../output/output.ts'
import { padded, visibleLength } from '../output/table.ts'
import { sparkline } from './sparkline.ts'
import { reachesLimitIn } from './trend.ts'

/** One line per gate: its value, how it went, its limit, what it says, how old that is, and where it is heading. */
export function gateLines(view: RunView, paint: Paint, now: number, width: number): string[] {
  const gates = view.planned?.plan.gates ?? []
  const cells = gates.map((gate) => gateCells(gate, view.gates[gate.name], now, width))
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...cells.map((row) => visibleLength(row.texts[column] ?? ''))))
  return cells.map(({ texts, state, heading }) => {
    const [name = '', value = '', spark = '', limit = '', age = ''] = texts.map((text, column) =>
      column === 1 ? text.padStart(widths[1] ?? 0) : padded(text, widths[column] ?? 0),
    )
    return [
      name,
      value,
      ...(width < 80 ? [] : [paint.cyan(spark)]),
      limit,
      stateText(state, paint),
      paint.dim(age),
      heading === '' ? '' : paint.yellow(heading),
    ]
      .join('  ')
      .trimEnd()
  })
}

interface Cells {
  readonly texts: readonly string[]
  readonly state: 'OK' | 'BREACH' | 'UNKNOWN' | 'waiting'
  readonly heading: string
}

function gateCells(gate: GateSpec, seen: GateView | undefined, now: number, width: number): Cells {
  const limit = `limit ${quantity(gate.limit, gate.unit)}`
  if (seen === undefined) return { texts: [gateNumber(gate), '–', '', limit, ''], state: 'waiting', heading: '' }
  const state = seen.now
  const shown = seen.history.slice(width < 110 ? -8 : -16)
  const age = state.newest === undefined ? '' : `${((now - state.newest) / 1000).toFixed(1)} s old`
  return {
    texts: [
      gateNumber(gate),
      state.value === undefined ? '–' : quantity(state.value, gate.unit),
      sparkline(
        shown.map(({ value }) => value),
        gate.limit,
      ),
      limit,
      age,
    ],
    state: state.state,
    heading: headingText(gate, seen),
  }
}

function headingText(gate: GateSpec, { now, history }: GateView): string {
  if (now.state === 'UNKNOWN') return `${now.reason ?? ''}${now.detail === '' ? '' : `: ${now.detail}`}`
  if (now.state === 'BREACH') return ''
  if (now.nearing) return `beyond its limit; a breach is ${gate.need} of ${counted(gate.of, 'window')}`
  const points = history.flatMap(({ value, newest }) => (value === undefined || newest === undefined ? [] : [{ at: newest, value }]))
  const rising = BEYOND[gate.breach].startsWith('>')
  const ms = reachesLimitIn(points, gate.limit, rising)
  return ms === undefined
    ? ''
    : `${rising ? 'rising' : 'falling'}, reaches the limit in about ${durationText(Math.max(1000, Math.round(ms / 1000) * 1000))}`
}

function stateText(state: Cells['state'], paint: Paint): string {
  if (state === 'OK') return paint.green('OK     ')
  if (state === 'BREACH') return paint.red(paint.bold('BREACH '))
  return state === 'UNKNOWN' ? paint.yellow('UNKNOWN') : paint.dim('waiting')
}
