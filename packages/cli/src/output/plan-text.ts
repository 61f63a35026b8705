import {
  charterInWords,
  counted,
  type Decision,
  type DigestedPlan,
  durationText,
  leastStageMs,
  type Plan,
  type PlannedStage,
  stepsInWords,
  type WorstCase,
} from '@safechaos/core'
import type { Paint } from './output.ts'
import { tableText } from './table.ts'

/** A plan as a page: what would be done to whom, when, by which exact steps, how long it can last at worst, and what ends it. */
export function planText({ plan, digest }: DigestedPlan, paint: Paint): string {
  const words = charterInWords(plan)
  const title = (text: string): string => `\n${paint.bold(text)}`
  return [
    `${paint.bold(plan.charter.name)}  ${paint.dim(`plan ${digest.slice(0, 12)}, seed ${plan.seed}`)}`,
    `We believe: ${plan.hypothesis}`,
    `We would: ${plan.sentence}`,
    title('what is set'),
    tableText(
      words.facts.map(({ label, text }) => [label, text]),
      '  ',
    ),
    title(`targets, in order (${plan.targets.length})`),
    `  ${listed(
      plan.targets.map(({ id }) => id),
      12,
    )}`,
    title('when'),
    tableText(whenRows(plan), '  '),
    title('exact steps, for each target'),
    tableText(
      stepsInWords(plan).flatMap(({ title: purpose, lines }) => lines.map((line, index) => [index === 0 ? purpose : '', line])),
      '  ',
    ),
    title('the longest it can last'),
    tableText(worstRows(plan.worstCase), '  '),
    title('what ends it, each without the others'),
    tableText(
      plan.rings.map(({ ring, by, withinMs }) => [`ring ${ring}`, by, `within ${durationText(withinMs)}`]),
      '  ',
    ),
  ].join('\n')
}

/** What policy says, why, and the smallest change that would pass. */
export function decisionText({ effect, why, smallestChange }: Decision, paint: Paint): string {
  const said = effect === 'allow' ? paint.green('policy allows this') : paint.red('policy denies this')
  return [`${said}: ${why.join('; ')}`, ...(smallestChange === undefined ? [] : [`smallest change that would pass: ${smallestChange}`])].join('\n')
}

function whenRows(plan: Plan): string[][] {
  let from = plan.baselineMs
  const rows = [['0 s', `baseline, ${durationText(plan.baselineMs)}`]]
  for (const stage of plan.stages) {
    const least = leastStageMs(
      stage.holdMs,
      plan.gates.map(({ windowMs }) => windowMs),
    )
    const held = `held ${durationText(stage.holdMs)}${least > stage.holdMs ? ' and until every gate is green' : ''}`
    rows.push([
      `+${durationText(from)}`,
      `stage ${stage.number}: up to ${stage.targets} of ${counted(plan.targets.length, 'target')}, ${held}; ${actsText(stage)}`,
    ])
    from += least
  }
  return [...rows, [`+${durationText(from)}`, `everything is put back, then ${durationText(plan.recoveryMs)} of recovery are watched`]]
}

function actsText({ acts }: PlannedStage): string {
  if (acts.length === 0) return 'nothing new is hit'
  return listed(
    acts.map(({ offsetMs, pick }) => `${'target' in pick ? pick.target : `victim ${pick.u.toFixed(3)}`} at +${durationText(offsetMs)}`),
    6,
  )
}

const worstRows = (worst: WorstCase): string[][] => [
  [
    'a breach',
    `${durationText(worst.abortMs)} until verified gone: detect ${durationText(worst.detectMs)}, dispatch ${durationText(worst.dispatchMs)}, revert ${durationText(worst.revertMs)}, verify ${durationText(worst.verifyMs)}`,
  ],
  ['a person aborts', durationText(worst.abortMs - worst.detectMs)],
  ['no signals any more', durationText(worst.silenceMs)],
  ['the controller dies', durationText(worst.controllerDeathMs)],
  ['the agent dies', durationText(worst.agentDeathMs)],
]

const listed = (items: readonly string[], most: number): string =>
  items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`
