import { counted } from '../counted.ts'
import type { FaultSpec } from '../faults/catalogue.ts'
import type { GateSpec, SignalSpec } from '../gate/gate.ts'
import type { LoadSpec } from '../signals/load.ts'
import { leastStageMs } from '../plan/worst-case.ts'
import { durationSource } from '../units.ts'
import type { Charter, CharterContext, RampStep } from './charter.ts'
import { CharterSource } from './charter-source.ts'
import { expandGate, windowOf } from './expand-gate.ts'
import { expandLoad, expandSignal } from './expand-signals.ts'
import { type PathProblem, problemAt, type Read } from './path-problem.ts'
import { ADD_IT, readAs } from './read-as.ts'
import { readFault } from './read-fault.ts'

/** What a charter cannot do without. */
const EXAMPLES: Readonly<Record<string, string>> = {
  hypothesis: 'hypothesis: paying works while a worker dies',
  load: 'load: { get: http://api:8080/pay, rate: 50/s }',
  fault: 'fault: { kind: process.kill, target: worker }',
  abort: 'abort: { errorRatio: "> 5%" }',
}
const EXAMPLE = Object.values(EXAMPLES)
  .map((line) => `    ${line}`)
  .join('\n')

/** Shows how a field that is missing is written, where one line can. */
function withExample(problem: PathProblem): PathProblem {
  const [field, ...deeper] = problem.path
  const example = problem.hint === ADD_IT && deeper.length === 0 ? EXAMPLES[String(field)] : undefined
  return example === undefined ? problem : { ...problem, hint: `add ${example}` }
}

/** Fills every default of a charter. Pure; never throws; says everything that is wrong. */
export function expandCharter(source: unknown, context: CharterContext): Read<Charter> {
  if (source === null) return { ok: false, problems: [problemAt([], 'the file is empty', `write for example:\n${EXAMPLE}`)] }
  const read = readAs(CharterSource, source)
  const problems: PathProblem[] = []
  const keep = <T>(path: readonly string[], part: Read<T>): T | undefined => {
    if (part.ok) return part.value
    problems.push(...part.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })))
    return undefined
  }
  const written = keep([], read)
  const faultSource = isWritten(source, 'fault') ? source.fault : undefined
  const fault = faultSource === undefined ? undefined : keep(['fault'], readFault(faultSource))
  if (written === undefined) return { ok: false, problems: withoutRepeats(problems).map(withExample) }

  const load = written.load === undefined ? undefined : keep(['load'], expandLoad(written.load))
  const signals = Object.entries(written.signals).map(([name, signal]) => keep(['signals', name], expandSignal(name, signal)))
  problems.push(...sourceProblems(written, isWritten(source, 'limit')))
  if (fault === undefined || problems.length > 0) return { ok: false, problems }
  const watchable = { load, signals: signals.filter((signal) => signal !== undefined) }
  const gates = Object.entries(written.abort).map(([name, gate]) => keep(['abort', name], expandGate(name, gate, watchable)))
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, value: assemble(written, context, { ...watchable, fault, gates: gates.filter((gate) => gate !== undefined) }) }
}

const isWritten = <K extends string>(source: unknown, key: K): source is Readonly<Record<K, unknown>> =>
  source !== null && typeof source === 'object' && Object.hasOwn(source, key)

interface Parts {
  readonly load: LoadSpec | undefined
  readonly signals: readonly SignalSpec[]
  readonly fault: FaultSpec
  readonly gates: readonly GateSpec[]
}

function assemble(written: CharterSource, context: CharterContext, parts: Parts): Charter {
  return {
    name: written.name ?? nameFrom(context.fileName),
    purpose: written.purpose,
    hypothesis: written.hypothesis,
    stack: written.stack ?? context.stackFile,
    environment: written.environment,
    containment: written.containment ?? context.containment,
    load: parts.load,
    signals: parts.signals,
    fault: parts.fault,
    ramp: { steps: written.ramp.steps.map(rampStep), holdMs: written.ramp.hold },
    gates: parts.gates,
    invariants: Object.entries(written.invariants).map(([name, { get, status, within }]) => ({ name, get, expectStatus: status, withinMs: within })),
    baselineMs: written.baseline,
    recoveryMs: written.recovery,
    limitMs: written.limit,
    lease: { ms: written.lease, renewEveryMs: Math.min(1000, Math.floor(written.lease / 3)) },
    maxAbortMs: written.maxAbort,
    seed: written.seed ?? context.seed,
    owner: written.owner ?? context.owner,
    people: written.people,
    rollback: written.rollback,
    schedule: written.schedule,
  }
}

/** What the schema alone cannot see. */
function sourceProblems(written: CharterSource, limitIsWritten: boolean): PathProblem[] {
  const problems: PathProblem[] = []
  if (written.load === undefined && Object.keys(written.signals).length === 0) {
    problems.push(
      problemAt([], 'nothing is watched: there is no load and no signal', 'add load: { get: http://SERVICE:PORT/, rate: 50/s }, or signals:'),
    )
  }
  if (Object.keys(written.abort).length === 0)
    problems.push(problemAt(['abort'], 'no limit would stop the run', 'add for example errorRatio: "> 5%"'))
  const { steps, hold } = written.ramp
  const least = leastStageMs(hold, Object.values(written.abort).map(windowOf))
  if (steps.length * least > written.limit) {
    const until = least > hold ? ', since each waits for a green window after its injection,' : ''
    problems.push(
      problemAt(
        [limitIsWritten ? 'limit' : 'ramp'],
        `${counted(steps.length, 'step')} of ${durationSource(least)}${until} last longer than the limit of ${durationSource(written.limit)}`,
        `shorten ${least > hold ? 'the windows' : 'hold'}, leave out steps, or raise limit`,
      ),
    )
  }
  return [...problems, ...fallingSteps(steps.map(rampStep))]
}

/** Steps of one kind must not fall: a ramp only widens. */
function fallingSteps(steps: readonly RampStep[]): PathProblem[] {
  const problems: PathProblem[] = []
  let targets = 0
  let percent = 0
  for (const [index, step] of steps.entries()) {
    const falls = 'targets' in step ? step.targets < targets : step.percent < percent
    if (falls) problems.push(problemAt(['ramp', 'steps', index], 'a ramp only widens, and this step is smaller than one before', 'sort the steps'))
    if ('targets' in step) targets = step.targets
    else percent = step.percent
  }
  return problems
}

const rampStep = (step: number | string): RampStep => (typeof step === 'number' ? { targets: step } : { percent: Number(step.slice(0, -1)) })

/** A name from the name of a file: without extension, other characters as dashes. */
function nameFrom(fileName: string): string {
  const plain = fileName
    .replace(/\.ya?ml$/, '')
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
  return plain === '' ? 'charter' : plain
}

/** The fault is read twice, once as a whole charter and once by its kind; what both say is said once. */
function withoutRepeats(problems: readonly PathProblem[]): PathProblem[] {
  return problems.filter(
    (problem, index) => problems.findIndex((other) => other.message === problem.message && other.path.join('.') === problem.path.join('.')) === index,
  )
}
