import { setTimeout as sleep } from 'node:timers/promises'
import type { Containment, Enclosure, Member } from '@safechaos/containments'
import { type CheckLine, escapeInvisible, type Need, Pattern, type Plan, type PlannedTarget } from '@safechaos/core'
import { type Doing, lookAll, owedOf, runStep } from './act.ts'
import type { ActBook } from './book.ts'
import { type Floors, floorsBroken, isLive } from './floors.ts'

export interface PreflightParts {
  readonly plan: Plan
  readonly needs: readonly Need[]
  readonly doing: Doing
  readonly containment: Containment
  readonly enclosure: Enclosure
  readonly floors: Floors
  readonly book: ActBook
}

/** Addresses that RFC 5737 keeps for documentation: a rule for them meets no packet. */
const NOBODY = { address: '192.0.2.1', peerAddress: '198.51.100.1' } as const

/** How long "it is gone" may stay untrue before we believe that it is there. */
const GLANCE_MS = 30

/** How much of a command line is shown, and how many of them for one target. */
const SHOWN_CHARACTERS = 80
const SHOWN_PROCESSES = 5

/** Proves inside the opened enclosure that the run could act and take back: it changes nothing of the services. Failures are lines. */
export async function preflight(parts: PreflightParts): Promise<readonly CheckLine[]> {
  const members = await parts.enclosure.members()
  const lacking = await lackingTool(parts)
  // Without its tool every rehearsal would fail for the same reason, many times over.
  if (lacking !== undefined) return [{ check: 'the containment offers what the fault needs', ok: false, detail: lacking }]
  const [undo, canary, fitness] = await Promise.all([rehearseUndo(parts), rehearseCanary(parts), parts.enclosure.fitness()])
  const found = [targetsLine(parts, members), ...matchLines(parts, members), floorsLine(parts, members), healthLine(members), needsLine(parts)]
  return [...found, undo, ...canary, ...fitness]
}

function targetsLine({ plan }: PreflightParts, members: readonly Member[]): CheckLine {
  const live = new Set(members.filter(isLive).map(({ id }) => id))
  const missing = plan.targets.filter((target) => !target.members.every((id) => live.has(id)))
  // Their members are named once, with what became of them, by the line on health.
  const detail = missing.length === 0 ? plan.targets.map(({ id }) => id).join(', ') : `${missing.length} of ${plan.targets.length} not there`
  return { check: 'every planned target is there', ok: plan.targets.length > 0 && missing.length === 0, detail }
}

/** What each pattern of the fault would hit now, target by target. A target in which it fits nothing could not be hit. */
export function matchLines({ plan }: Pick<PreflightParts, 'plan'>, members: readonly Member[]): CheckLine[] {
  const patterns = new Set(plan.templates.inject.flatMap((step) => (step.do === 'signal' && step.match !== undefined ? [step.match] : [])))
  return [...patterns].map((match): CheckLine => {
    const pattern = Pattern.of(match)
    const hits = plan.targets.map((target) => {
      const here = members.filter(({ id }) => target.members.includes(id)).flatMap(({ commandLines }) => commandLines)
      return { id: target.id, here, found: here.filter(({ commandLine }) => pattern.test(commandLine)) }
    })
    const missed = hits.filter(({ found }) => found.length === 0)
    const check = `the pattern /${match}/ finds processes in every target`
    if (missed.length === 0) return { check, ok: true, detail: hits.map(({ id, found }) => `${id}: ${shown(found)}`).join('; ') }
    const none = missed.map(({ id, here }) => `${id}: none, it has ${shown(here)}`).join('; ')
    return { check, ok: false, detail: `${none}; write a \`match\` that fits a command line, or leave it out for the main process` }
  })
}

function shown(processes: Member['commandLines']): string {
  const more = processes.length - SHOWN_PROCESSES
  const lines = processes.slice(0, SHOWN_PROCESSES).map(({ pid, commandLine }) => {
    const cut = commandLine.length > SHOWN_CHARACTERS ? `${commandLine.slice(0, SHOWN_CHARACTERS - 1)}…` : commandLine
    return `${pid} ${JSON.stringify(cut)}`
  })
  return `${lines.join(', ') || 'no process'}${more > 0 ? ` and ${more} more` : ''}`
}

function floorsLine({ plan, floors }: PreflightParts, members: readonly Member[]): CheckLine {
  const broken = floorsBroken(floors, members, plan.targets)
  return {
    check: 'no floor is touched',
    ok: broken.length === 0,
    detail: broken.join('; ') || 'no more targets than planned; none of them is a process of the lab',
  }
}

const LONGEST_LINE = 200

/** Who is not well, once each, with what became of it. */
export function healthLine(members: readonly Member[]): CheckLine {
  const bad = members.filter(({ state }) => state !== 'up' && state !== 'healthy')
  const detail =
    bad.length === 0 ? `${members.length} of ${members.length} up` : `${bad.map(illness).join(', ')}; \`safechaos logs\` shows what they printed`
  return { check: 'every service is well before anything is broken', ok: bad.length === 0, detail }
}

function illness({ id, state, end }: Member): string {
  if (end === undefined) return `${id} is ${state}`
  return `${id} ${end.how}${end.lastLine === undefined ? '' : ` (${escapeInvisible(end.lastLine.slice(0, LONGEST_LINE))})`}`
}

/** Rules need a tool of the system, which may be missing where the containment itself works. */
async function lackingTool({ needs, plan, enclosure }: PreflightParts): Promise<string | undefined> {
  const [target] = plan.targets
  if (!needs.includes('nft') || target === undefined) return undefined
  const look = {
    look: 'exec',
    in: 'network',
    tool: 'nft',
    args: ['list', 'tables'],
    expect: 'lacks',
    pattern: '^table never',
    deadlineMs: 2000,
  } as const
  const { seen, detail } = await enclosure.look('preflight', target, look)
  return seen === 'unknown' ? `${detail}; on Debian: apt-get install nftables` : undefined
}

function needsLine({ needs, containment }: PreflightParts): CheckLine {
  const missing = needs.filter((need) => !containment.offers.includes(need))
  const detail = missing.length === 0 ? needs.join(', ') || 'nothing' : `${containment.name} does not offer ${missing.join(', ')}`
  return { check: 'the containment offers what the fault needs', ok: missing.length === 0, detail }
}

/** Undoing what was never done must succeed and change nothing: tried on every target. */
async function rehearseUndo(parts: PreflightParts): Promise<CheckLine> {
  const failed = await Promise.all(parts.plan.targets.map((target) => rehearse(parts, target, false)))
  const bad = failed.filter((detail) => detail !== undefined)
  return {
    check: 'the undo works, tried on every target without the fault',
    ok: bad.length === 0,
    detail: bad.join('; ') || `${parts.plan.targets.length} undone and looked at`,
  }
}

/** A rule can be rehearsed whole, on addresses that nobody has. */
async function rehearseCanary(parts: PreflightParts): Promise<readonly CheckLine[]> {
  const [target] = parts.plan.targets
  if (!parts.needs.includes('nft') || target === undefined) return []
  const failed = await rehearse(parts, target, true)
  return [
    {
      check: 'the whole fault and its undo, on addresses that nobody has',
      ok: failed === undefined,
      detail: failed ?? 'made, seen, taken back, seen gone',
    },
  ]
}

/** What went wrong; undefined for success. Like every act it is owed on disk before, and until it was seen to be gone. */
async function rehearse({ doing, book, enclosure }: PreflightParts, target: PlannedTarget, whole: boolean): Promise<string | undefined> {
  const facts = (of: PlannedTarget): ReturnType<Enclosure['facts']> => ({ ...enclosure.facts(of), ...(whole ? NOBODY : {}) })
  try {
    const { number, mark } = book.name()
    const act = book.bound(number, mark, 0, target, { facts })
    book.rehearsals.add(number)
    await doing.records.write([{ number, owed: owedOf(doing, act, 'canary') }])
    await doing.enclosure.arm(act.id, target, act.steps.undo)
    const injected = whole ? await firstFailure(act.steps.inject.map((step) => () => runStep(doing, act, step))) : undefined
    const present =
      whole && injected === undefined
        ? (
            await lookAll(
              doing,
              act,
              act.steps.verify.map((look) => ({ ...look, deadlineMs: GLANCE_MS })),
            )
          ).seen
        : undefined
    let undone: string | undefined
    let seen = await lookAll(doing, act, [])
    for (const wait of [0, 100, 300]) {
      await sleep(wait)
      undone = await firstFailure(act.steps.undo.map((step) => () => runStep(doing, act, step)))
      seen = await lookAll(doing, act, act.steps.verify)
      if (undone === undefined && seen.seen === 'yes') break
    }
    if (seen.seen !== 'yes') return `${target.id}: not seen to be gone: ${seen.detail}${undone === undefined ? '' : `; ${undone}`}`
    await doing.enclosure.disarm(act.id)
    await doing.records.remove([number])
    book.rehearsals.delete(number)
    const failed = injected ?? undone
    if (failed !== undefined) return `${target.id}: ${failed}`
    return present === 'yes' ? `${target.id}: the fault was made, and looking did not see it` : undefined
  } catch (error) {
    return `${target.id}: ${(error as Error).message}`
  }
}

async function firstFailure(steps: readonly (() => ReturnType<typeof runStep>)[]): Promise<string | undefined> {
  for (const step of steps) {
    const result = await step()
    if (!result.ok) return result.detail
  }
  return undefined
}
