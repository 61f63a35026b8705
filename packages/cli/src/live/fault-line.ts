import { type ActView, durationText, type RunView, type ServiceView } from '@safechaos/core'
import type { Paint } from '../output/output.ts'
import { visibleLength } from '../output/table.ts'

/** More than these are counted, not shown. */
const LINES = 3

/** What is broken, and each target with what became of it, on as many lines as they need, at most three. */
export function faultLines(view: RunView, paint: Paint, width: number): string[] {
  const plan = view.planned?.plan
  if (plan === undefined) return []
  // Stage 0 is the rehearsal on the canary.
  const acts = Object.values(view.acts).filter(({ stage }) => stage > 0)
  const latest = [...new Map(acts.map((act) => [act.target, act])).values()]
  const targets =
    latest.length === 0
      ? [paint.dim(view.causes.length > 0 ? 'nothing was broken' : 'nothing is broken yet')]
      : latest.map((act) => `${act.target} ${targetText(act, view.services[act.target], paint)}`)
  const lines = [paint.bold(plan.fault.kind)]
  for (const [index, target] of targets.entries()) {
    const line = lines.at(-1) ?? ''
    if (visibleLength(line) + 3 + visibleLength(target) <= width) lines[lines.length - 1] = `${line}   ${target}`
    else if (lines.length < LINES) lines.push(`  ${target}`)
    else return [...lines, paint.dim(`  and ${targets.length - index} more`)]
  }
  return lines
}

function targetText(act: ActView, service: ServiceView | undefined, paint: Paint): string {
  const words = WORDS[act.state]
  if (words !== undefined) return paint[words.color](words.text)
  if (act.landed === 'not-landed') return paint.yellow('– hit, but it did not land')
  const back = backAfter(act, service)
  if (back !== undefined) return paint.yellow(`✗ up again after ${durationText(back)}`)
  return paint.red(service?.state === 'exited' ? '✗ down' : '✗ under fault')
}

/** States of an act that say all; the others ask the service. */
const WORDS: Readonly<Partial<Record<ActView['state'], { readonly text: string; readonly color: 'green' | 'yellow' | 'red' | 'dim' }>>> = {
  owed: { text: '… about to be hit', color: 'dim' },
  'inject-failed': { text: '– not hit', color: 'yellow' },
  undone: { text: '↺ undone, looking', color: 'yellow' },
  verified: { text: '✓ back', color: 'green' },
  stuck: { text: '✗ STUCK', color: 'red' },
}

/** How long the service was away after it was hit; undefined while it is. */
function backAfter(act: ActView, service: ServiceView | undefined): number | undefined {
  const hit = act.times.injected
  if (hit === undefined || service === undefined) return undefined
  const gone = service.history.find(({ at, state }) => at >= hit && state === 'exited')
  const back = service.history.find(({ at, state }) => at > (gone?.at ?? Number.POSITIVE_INFINITY) && (state === 'up' || state === 'healthy'))
  return back === undefined ? undefined : back.at - hit
}
