import { counted } from '../counted.ts'
import type { GateInput, GateSpec, SignalSpec } from '../gate/gate.ts'
import { nearNames } from '../near.ts'
import type { LoadSpec } from '../signals/load.ts'
import { durationSource } from '../units.ts'
import { type GateSource, LOAD_NUMBERS } from './charter-source.ts'
import { parseLimit } from './gate-limit.ts'
import { loadUnit } from './expand-signals.ts'
import { type PathProblem, problemAt, problemAtKey, type Read } from './path-problem.ts'
import { shown } from './shown.ts'

/** What a gate may watch in one charter. */
export interface Watchable {
  readonly load: LoadSpec | undefined
  readonly signals: readonly SignalSpec[]
}

const SHORT: Omit<GateSource, 'breach'> = { window: 1000, need: 2, of: 3, minRequests: 20, fresh: 3000, guard: false }

/** The window of a gate as it is written, in milliseconds. */
export const windowOf = (source: string | GateSource): number => (typeof source === 'string' ? SHORT : source).window

/** One gate in full; paths start at it. A gate that could never be OK is refused here, before anything runs. */
export function expandGate(name: string, source: string | GateSource, watchable: Watchable): Read<GateSpec> {
  const input = inputOf(name, watchable)
  if ('message' in input) return { ok: false, problems: [input] }
  const full = typeof source === 'string' ? { ...SHORT, breach: source } : source
  const at = typeof source === 'string' ? [] : ['breach']
  const comparison = parseLimit(full.breach, input.unit)
  const problems = impossibilities(full, input, watchable)
  if (!comparison.ok) problems.unshift(problemAt(at, `${name}: ${comparison.message}`, comparison.hint))
  if (!comparison.ok || problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    value: {
      name,
      input: input.input,
      breach: comparison.breach,
      limit: comparison.limit,
      unit: input.unit,
      windowMs: full.window,
      need: full.need,
      of: full.of,
      minRequests: full.minRequests,
      freshMs: full.fresh,
      guard: full.guard,
    },
  }
}

interface Watched {
  readonly input: GateInput
  readonly unit: string
  readonly everyMs: number | undefined
}

function inputOf(name: string, { load, signals }: Watchable): Watched | PathProblem {
  const number = LOAD_NUMBERS.find((known) => known === name)
  if (number !== undefined) {
    if (load === undefined)
      return problemAtKey([], `${name} is a number of the load, and there is no load`, 'add load: { get: http://SERVICE:PORT/, rate: 50/s }')
    return { input: { load: number }, unit: loadUnit(number), everyMs: undefined }
  }
  const signal = signals.find((known) => known.name === name)
  if (signal !== undefined) return { input: { signal: name }, unit: signal.unit, everyMs: signal.everyMs }
  const names = [...LOAD_NUMBERS, ...signals.map((known) => known.name)]
  const near = nearNames(name, names)[0]
  return problemAtKey(
    [],
    `${shown(name)} is neither a number of the load nor a signal`,
    near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`,
  )
}

/** Settings under which the gate could only ever say UNKNOWN, or never breach. */
function impossibilities(gate: GateSource, { everyMs }: Watched, { load }: Watchable): PathProblem[] {
  const problems: PathProblem[] = []
  if (gate.need > gate.of)
    problems.push(problemAt(['need'], `${gate.need} breached windows out of ${gate.of} are not possible`, 'make need at most of'))
  const isLoad = everyMs === undefined
  const requests = isLoad && load !== undefined ? Math.floor((load.rate * gate.window) / 1000) : undefined
  if (requests !== undefined && requests < gate.minRequests) {
    problems.push(
      problemAt(
        ['minRequests'],
        `a window of ${durationSource(gate.window)} has ${counted(requests, 'request')}, and the gate needs ${gate.minRequests}: it would always be UNKNOWN`,
        'raise the rate of the load or the window, or lower minRequests',
      ),
    )
  }
  if (everyMs !== undefined && everyMs > gate.fresh) {
    problems.push(
      problemAt(
        ['fresh'],
        `the signal is read every ${durationSource(everyMs)}, which is never fresher than ${durationSource(gate.fresh)}`,
        'read it more often, or raise fresh',
      ),
    )
  }
  return problems
}
