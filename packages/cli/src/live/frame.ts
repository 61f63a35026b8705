import { counted, digits, durationText, type RunView, type WorstCase } from '@safechaos/core'
import type { Paint } from '../output/output.ts'
import { clipped, visibleLength, wrapped } from '../output/table.ts'
import { clockText } from '../output/words.ts'
import { faultLines } from './fault-line.ts'
import { gateLines } from './gate-lines.ts'
import type { LoadNow } from './load-window.ts'
import { stepper } from './stepper.ts'

/** What is not in the ledger: the newest load numbers, until when the lease lasts, and what the person looks at. */
export interface Moment {
  readonly load: LoadNow | undefined
  /** Epoch milliseconds. */
  readonly leaseUntil: number | undefined
  /** A word to this person, until everything is back; empty: none. */
  readonly notice: string
  readonly help: boolean
  /** The newest log lines, if they are to be shown. */
  readonly logs: readonly string[] | undefined
  /** False for `watch` without a keyboard. */
  readonly keys: boolean
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Width of the words at the left. */
const LABEL = 8

/** The whole live view as lines no wider and no more than the terminal. A pure function: the same view at the same instant gives the same lines. */
export function frame(view: RunView, moment: Moment, paint: Paint, now: number, size: Size): string[] {
  const width = Math.max(1, size.columns - 2)
  const top = [...headLines(view, paint, now, width), ...stepper(view, paint, width), '']
  const inner = width - LABEL
  const lease = leaseText(view, moment, now, paint)
  const [fault = '', ...moreFault] = faultLines(view, paint, inner - visibleLength(lease) - 2)
  const broken = [
    ...labelled('fault', fault === '' ? [] : [withRight(fault, lease, inner), ...moreFault], paint),
    ...labelled('gates', gateLines(view, paint, now, inner), paint),
    ...labelled('load', loadLines(view, moment.load), paint),
  ]
  const bottom = ['', ...footLines(view, moment, paint, width)]
  const urgent = noteLines(view, moment, paint)
  const left = size.rows - 1 - top.length - broken.length - urgent.length - bottom.length
  // Who asks for logs wants the room for them.
  const weaker = weakerLines(view, paint, inner, moment.logs === undefined ? left : 1)
  const middle = [...broken, ...labelled('note', [...urgent, ...weaker], paint)]
  const room = Math.max(0, left - weaker.length)
  const logs =
    moment.logs === undefined || room < 2
      ? []
      : ['', ...(moment.logs.length === 0 ? ['no service has written anything yet'] : moment.logs.slice(-(room - 1))).map((line) => paint.dim(line))]
  const all = [...top, ...middle, ...logs, ...bottom]
  const kept = all.length < size.rows ? all : [...all.slice(0, Math.max(1, size.rows - 2)), all.at(-1) ?? '']
  return kept.map((line) => (line === '' ? '' : ` ${clipped(line, width)}`))
}

function headLines(view: RunView, paint: Paint, now: number, width: number): string[] {
  const plan = view.planned?.plan
  const name = paint.bold(plan?.charter.name ?? 'reading the charter')
  const run = view.begun === undefined ? '' : `run ${view.begun.run}`
  const ramp = view.ramp.at(-1)
  const stage =
    ramp === undefined || plan === undefined ? '' : `stage ${ramp.stage} of ${plan.stages.length}: ${ramp.targets} of ${counted(ramp.of, 'target')}`
  const right = [run, stage, timeShown(view, now)].filter((part) => part !== '').join('   ')
  const head = visibleLength(name) + visibleLength(right) + 3 > width ? [name, right] : [withRight(name, right, width)]
  return [...head, ...(plan === undefined ? [] : [paint.dim(plan.hypothesis)])]
}

/** Time under fault against its limit; before that, time since the start. */
function timeShown(view: RunView, now: number): string {
  const { begun, injected, reverted } = view.times
  if (injected !== undefined) return `${clockText((reverted ?? now) - injected)} of ${clockText(view.planned?.plan.limitMs ?? 0)} under fault`
  return begun === undefined ? '' : clockText(now - begun)
}

function leaseText(view: RunView, moment: Moment, now: number, paint: Paint): string {
  if (view.reverted !== undefined) return ''
  if (view.lease.at(-1)?.state === 'lost') return paint.red('lease lost')
  return moment.leaseUntil === undefined ? '' : `lease ${(Math.max(0, moment.leaseUntil - now) / 1000).toFixed(1)} s`
}

function loadLines(view: RunView, load: LoadNow | undefined): string[] {
  const spec = view.planned?.plan.load
  if (spec === undefined) return []
  if (load === undefined) return [`${digits(spec.rate)}/s asked`]
  return [
    `${digits(spec.rate)}/s asked · ${load.sentPerSecond.toFixed(1)}/s sent · ${(load.okRatio * 100).toFixed(1)} % ok · p50 ${digits(load.p50)} ms · p99 ${digits(load.p99)} ms`,
  ]
}

/** What a person must know now: why it ends, what is back, what is stuck. */
function noteLines(view: RunView, moment: Moment, paint: Paint): string[] {
  const cause = view.causes.find(({ first }) => first) ?? view.causes[0]
  const reverted = view.reverted
  return [
    ...(moment.notice === '' || reverted !== undefined ? [] : [paint.yellow(moment.notice)]),
    ...(cause === undefined ? [] : [paint.yellow(`ending: ${cause.detail === '' ? cause.cause : cause.detail}`)]),
    ...(reverted === undefined
      ? []
      : reverted.stuck.length > 0
        ? [paint.red(`could not put back: ${reverted.stuck.join(', ')}`)]
        : reverted.acts > 0
          ? [paint.green(`everything put back and verified in ${durationText(reverted.ms)}`)]
          : []),
  ]
}

/** What is not isolated: every sentence, or as many as there is room for, and how many more the report names. One at least. */
function weakerLines({ opened }: RunView, paint: Paint, width: number, room: number): string[] {
  const sentences = (opened?.weaker ?? []).map((sentence, index) => (index === 0 ? `not isolated in ${opened?.containment}: ${sentence}` : sentence))
  const shown = (count: number): string[] => {
    const more = sentences.length - count
    return [
      ...sentences.slice(0, count).flatMap((sentence) => wrapped(sentence, width)),
      ...(more > 0 ? [`and ${more} more, which the report names`] : []),
    ]
  }
  let count = sentences.length
  while (count > 1 && shown(count).length > room) count--
  return shown(count).map((line) => paint.yellow(line))
}

function footLines(view: RunView, moment: Moment, paint: Paint, width: number): string[] {
  if (!moment.keys) return []
  const worst = view.planned?.plan.worstCase
  const abort = `a  abort now${worst === undefined ? '' : ` (${worstText(worst)})`}`
  const short = [width > 90 ? abort : 'a  abort now', 'l  logs', '?  help'].join('     ')
  if (!moment.help) return [paint.dim(short)]
  return [
    'a  stop now and put everything back; it never asks. Ctrl-C does the same',
    'l  show or hide what the services write',
    '?  show or hide this. From another terminal: safechaos abort, safechaos watch',
  ].map((line) => paint.dim(line))
}

/** A person's abort detects nothing: it is the other three parts. */
const worstText = ({ dispatchMs, revertMs, verifyMs }: WorstCase): string =>
  `worst case ${seconds(dispatchMs + revertMs + verifyMs)} s: dispatch ${seconds(dispatchMs)}, revert ${seconds(revertMs)}, verify ${seconds(verifyMs)}`
const seconds = (ms: number): string => String(Number((ms / 1000).toFixed(1)))

const labelled = (label: string, lines: readonly string[], paint: Paint): string[] =>
  lines.map((line, index) => `${paint.dim((index === 0 ? label : '').padEnd(LABEL))}${line}`)

function withRight(left: string, right: string, width: number): string {
  if (right === '') return left
  const shown = clipped(left, Math.max(1, width - visibleLength(right) - 2))
  return `${shown}${' '.repeat(Math.max(2, width - visibleLength(shown) - visibleLength(right)))}${right}`
}
