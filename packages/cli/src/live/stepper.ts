import { type RunView, STAGES, type Stage } from '@safechaos/core'
import type { Paint } from '../output/output.ts'
import { visibleLength } from '../output/table.ts'

/** The way of a run with where it is: done ✓, now ●, failed ✗, passed over –, and what is to come. In as many lines as the width asks for; one if it is very small. */
export function stepper(view: RunView, paint: Paint, width: number): string[] {
  const current = STAGES.findLastIndex((stage) => view.stages[stage].state !== 'waiting')
  if (width < 50) return [`${Math.max(0, current) + 1} of ${STAGES.length}: ${STAGES[Math.max(0, current)]}`]
  const lines: string[] = []
  for (const [index, stage] of STAGES.entries()) {
    const word = stepWord(stage, view.stages[stage].state, index < current, paint)
    const line = lines.at(-1)
    if (line === undefined || visibleLength(line) + 2 + visibleLength(word) > width) lines.push(word)
    else lines[lines.length - 1] = `${line}  ${word}`
  }
  return lines
}

function stepWord(stage: Stage, state: RunView['stages'][Stage]['state'], passed: boolean, paint: Paint): string {
  if (state === 'done') return `${stage} ${paint.green('✓')}`
  if (state === 'now') return paint.bold(`${stage} ${paint.cyan('●')}`)
  if (state === 'failed') return `${stage} ${paint.red('✗')}`
  return paint.dim(passed ? `${stage} –` : stage)
}
