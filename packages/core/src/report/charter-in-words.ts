import { counted } from '../counted.ts'
import type { Beyond, GateSpec } from '../gate/gate.ts'
import type { Plan } from '../plan/plan.ts'
import type { LoadSpec } from '../signals/load.ts'
import { durationText } from '../units.ts'
import { digits, quantity } from './quantity.ts'
import type { CharterInWords } from './report-model.ts'

/** What was believed and what was to be done, in sentences that need no knowledge of the charter's fields. */
export function charterInWords(plan: Plan): CharterInWords {
  const counts = plan.stages.map(({ targets }) => targets)
  const holds = [...new Set(plan.stages.map(({ holdMs }) => durationText(holdMs)))]
  const [noun, whose] = plan.hits.of === 'members' ? ['replica', `of ${plan.hits.service}`] : ['link', `between ${plan.hits.between.join(' and ')}`]
  return {
    name: plan.charter.name,
    hypothesis: plan.hypothesis,
    did: upperFirst(plan.sentence),
    facts: [
      { label: 'Ramp', text: `${counts.join(', then ')} of ${counted(plan.targets.length, noun)} ${whose}, each stage held ${holds.join(' or ')}` },
      ...(plan.load === undefined ? [] : [{ label: 'Load', text: loadText(plan.load) }]),
      ...plan.gates.map((gate) => ({ label: gate.guard ? 'Stop (guard)' : 'Stop', text: gateText(gate) })),
      ...plan.invariants.map(({ name, get, expectStatus, withinMs }) => ({
        label: 'Afterwards',
        text: `${name}: ${get} answers ${expectStatus} within ${durationText(withinMs)}`,
      })),
      {
        label: 'Watched',
        text: `${durationText(plan.baselineMs)} before, at most ${durationText(plan.limitMs)} under fault, ${durationText(plan.recoveryMs)} after`,
      },
      { label: 'Isolation', text: `${plan.containment} in environment ${plan.environment}` },
      {
        label: 'Worst case',
        text: `${durationText(plan.worstCase.abortMs)} from a breach to the fault gone; ${durationText(plan.worstCase.silenceMs)} if telemetry is lost`,
      },
    ],
  }
}

/** The number a gate watches, by the name people use: `error ratio`, `p95 latency`, or the signal's own. */
export function gateNumber({ input }: Pick<GateSpec, 'input'>): string {
  if ('signal' in input) return input.signal
  return input.load === 'errorRatio' ? 'error ratio' : input.load === 'okRate' ? 'successful requests' : `${input.load} latency`
}

/** `lag above 10 s, in 2 of 3 windows of 1 s`. */
export function gateText(gate: GateSpec): string {
  const requests = 'load' in gate.input ? `, with at least ${counted(gate.minRequests, 'request')}` : ''
  return `${gateNumber(gate)} ${BEYOND_WORDS[gate.breach]} ${quantity(gate.limit, gate.unit)}, in ${gate.need} of ${counted(gate.of, 'window')} of ${durationText(gate.windowMs)}${requests}`
}

const BEYOND_WORDS = { above: 'above', 'at-or-above': 'at or above', below: 'below', 'at-or-below': 'at or below' } as const satisfies Record<
  Beyond,
  string
>

const loadText = ({ method, url, rate, timeoutMs }: LoadSpec): string =>
  `${digits(rate)} request${rate === 1 ? '' : 's'} a second, ${method} ${url}, failed after ${durationText(timeoutMs)}`

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
