import { counted, wasOrWere } from '../counted.ts'
import { boundedQuantity, quantity } from '../report/quantity.ts'
import type { GateSpec, GateState, WindowVerdict } from './gate.ts'

type Judged = Extract<WindowVerdict, { state: 'ok' | 'over' }>

/**
 * What a gate says at `now`, from its windows in time order (the last `of` count). `need` windows beyond the limit are a BREACH, also when
 * others are unknown. OK rests on a green window whose newest raw sample is still fresh; all else is UNKNOWN.
 */
export function advanceGate(spec: GateSpec, history: readonly WindowVerdict[], now: number): GateState {
  const recent = history.slice(-spec.of)
  const over = recent.filter((window): window is Judged => window.state === 'over')
  const latest = recent.at(-1)
  const green = recent.findLast((window): window is Judged => window.state === 'ok')
  const value = latest !== undefined && latest.state !== 'unknown' ? latest.value : undefined
  const isOver = latest?.state === 'over'
  const base = {
    gate: spec.name,
    value,
    bound: isOver ? latest.bound : undefined,
    reason: undefined,
    newest: undefined,
    beyond: isOver ? latest.newest : undefined,
    nearing: isOver && over.length < spec.need,
  }
  const limit = `the limit is ${quantity(spec.limit, spec.unit)}`
  if (over.length >= spec.need) {
    const values = over.map((window) => boundedQuantity(window.value, window.bound, spec.unit)).join(', ')
    return {
      ...base,
      state: 'BREACH',
      detail: `${over.length} of the last ${counted(recent.length, 'window')} ${wasOrWere(over.length)} beyond it (${values}); ${limit}`,
    }
  }
  const no = (reason: NonNullable<GateState['reason']>, detail: string): GateState => ({ ...base, state: 'UNKNOWN', reason, detail })
  if (latest === undefined) return no('no-series', 'no window is judged yet')
  if (latest.state === 'unknown') return no(latest.reason, latest.detail)
  if (green === undefined) return no('stale', `beyond it in the latest window, and no window was green yet; ${limit}`)
  const age = Math.round(now - green.newest)
  if (age > spec.freshMs) return no('stale', `the newest green sample is ${age} ms old`)
  return { ...base, state: 'OK', newest: green.newest, detail: `${boundedQuantity(latest.value, latest.bound, spec.unit)}; ${limit}` }
}
