import type { Look, PlannedTarget, Seen } from '@safechaos/core'
import type { Act } from './act.ts'
import { stillEnding } from './let-end.ts'
import { isAlive, isDead, isStopped, type ProcessIdentity, statOf } from './proc.ts'
import type { Replica } from './replica.ts'
import { runCommand } from './run-command.ts'
import { meant } from './signal-step.ts'
import type { StepHouse } from './steps.ts'
import { toolCommand } from './tools.ts'
import { pause } from './until.ts'

const POLL_MS = 6

/** Looks again and again until it is seen or the look's deadline passes; what was seen last is the answer. */
export async function lookUntil(house: StepHouse, act: Act, target: PlannedTarget, look: Look): Promise<Seen> {
  const end = performance.now() + look.deadlineMs
  const replicas = house.services.of(target)
  for (;;) {
    const seen = await lookOnce(house, act, replicas, look, Math.max(end - performance.now(), 50))
    if (seen.seen === 'yes' || performance.now() + POLL_MS >= end) return seen
    await pause(POLL_MS)
  }
}

async function lookOnce(house: StepHouse, act: Act, replicas: readonly Replica[], look: Look, withinMs: number): Promise<Seen> {
  switch (look.look) {
    case 'exec':
      return lookByTool(house, replicas, look, withinMs)
    case 'process':
      return look.expect === 'ended' ? lookEnded(act) : lookStopped(house, act, replicas, look)
    case 'service': {
      const ending = stillEnding(act)
      if (ending.length > 0) return { seen: 'no', detail: `was told to end, and has not ended yet: ${processesOf(ending)}` }
      const states = replicas.map((replica) => replica.asDesired())
      return yesOrNo(
        states.every(({ yes }) => yes),
        states.map(({ detail }) => detail).join(', '),
      )
    }
    case 'held': {
      const alive = act.heldAlive()
      const detail = `${alive} of ${act.heldEver()} held children live`
      return yesOrNo(look.expect === 'none' ? alive === 0 : alive > 0 && alive === act.heldEver(), detail)
    }
  }
}

async function lookByTool(house: StepHouse, replicas: readonly Replica[], look: Extract<Look, { look: 'exec' }>, withinMs: number): Promise<Seen> {
  const details: string[] = []
  for (const replica of look.in === 'target' ? replicas : [undefined]) {
    const command = toolCommand(house.spawner, look.in, replica, look.tool, look.args)
    if ('refused' in command) return { seen: 'unknown', detail: command.refused }
    const { status, out, err, cut, why } = await runCommand(command, withinMs)
    if (status !== 0) return { seen: 'unknown', detail: `${look.tool} ${why || `exited with ${status}`}: ${err.trim().slice(0, 300)}` }
    const line = out.split('\n').find((text) => new RegExp(look.pattern).test(text))
    const matches = line !== undefined || new RegExp(look.pattern).test(out)
    if (!matches && cut) return { seen: 'unknown', detail: `${look.tool} printed more than is kept, so that nothing can be said to lack` }
    const detail = matches ? `found: ${(line ?? look.pattern).trim().slice(0, 200)}` : `${look.tool} does not show /${look.pattern}/`
    if (matches !== (look.expect === 'matches')) return { seen: 'no', detail }
    details.push(detail)
  }
  return { seen: 'yes', detail: details.join('; ') }
}

function lookEnded(act: Act): Seen {
  const signalled = [...act.signalled.values()]
  if (signalled.length === 0) return { seen: 'no', detail: 'this act has signalled nothing' }
  const alive = signalled.filter(isAlive)
  return yesOrNo(alive.length === 0, alive.length === 0 ? `${processesOf(signalled)} ended` : `still alive: ${processesOf(alive)}`)
}

async function lookStopped(house: StepHouse, act: Act, replicas: readonly Replica[], look: Extract<Look, { look: 'process' }>): Promise<Seen> {
  const grips = (await Promise.all(replicas.map((replica) => meant(replica, 'any', look.match)))).flat()
  const now = grips.map((grip) => {
    grip.release()
    return grip.identity
  })
  const stopped = now.filter(isStoppedNow)
  if (look.expect === 'stopped')
    return yesOrNo(
      now.length > 0 && stopped.length === now.length,
      `${stopped.length} of ${now.length} ${now.length === 1 ? 'process is' : 'processes are'} stopped`,
    )
  const ours = [...act.signalled.values()].filter((identity) => isAlive(identity) && isStoppedNow(identity))
  const still = new Set([...stopped, ...ours].filter((identity) => house.stops.has(identity)).map(({ pid }) => pid))
  return yesOrNo(
    still.size === 0,
    still.size === 0
      ? `${now.length === 1 ? '1 process, not' : `${now.length} processes, none`} stopped by the fault`
      : `still stopped: ${[...still].join(', ')}`,
  )
}

function isStoppedNow(identity: ProcessIdentity): boolean {
  const stat = statOf(identity.pid)
  return stat !== undefined && !isDead(stat) && isStopped(stat)
}

const yesOrNo = (yes: boolean, detail: string): Seen => ({ seen: yes ? 'yes' : 'no', detail })
const processesOf = (identities: readonly ProcessIdentity[]): string =>
  `${identities.length === 1 ? 'process' : 'processes'} ${identities.map(({ pid }) => pid).join(', ')}`
