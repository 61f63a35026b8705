import type { EnclosureIdentity, Member } from '@safechaos/containments'
import type { PlannedTarget, TargetKind } from '@safechaos/core'
import { isOfTheMachine, lineOf, pidNamespaceOf } from './process-identity.ts'

/** A member that has processes a fault could hit. */
export const isLive = (member: Member): boolean => member.pid !== undefined && member.state !== 'exited' && member.state !== 'stopped'

/** What no policy can lift, checked by the agent itself with what it sees at the moment of acting. */
export interface Floors {
  readonly hits: TargetKind
  readonly planned: readonly PlannedTarget[]
  readonly identity: EnclosureIdentity
  /** Pids of this machine whose processes, and whose parents, are never hit: the agent's own, the controller, the reaper. */
  readonly spared: () => readonly number[]
}

/** Every reason not to act on these targets now; empty means that it may be done. */
export function floorsBroken(floors: Floors, members: readonly Member[], targets: readonly PlannedTarget[]): string[] {
  return [...tooMany(floors, members), ...untouchable(floors, members, targets)]
}

/** More of a service than was planned and approved: the plan's words no longer say what would be hit. */
function tooMany({ hits, planned }: Floors, members: readonly Member[]): string[] {
  const services = hits.of === 'members' ? [hits.service] : hits.between
  const known = new Set(planned.flatMap((target) => target.members))
  return services.flatMap((service) => {
    const strangers = members.filter((member) => member.service === service && isLive(member) && !known.has(member.id))
    return strangers.length === 0 ? [] : [`${service} has more members than planned: ${strangers.map(({ id }) => id).join(', ')}`]
  })
}

/** The targets all of whose members are there. */
export function liveTargets(members: readonly Member[], targets: readonly PlannedTarget[]): PlannedTarget[] {
  const live = new Set(members.filter(isLive).map(({ id }) => id))
  return targets.filter((target) => target.members.length > 0 && target.members.every((id) => live.has(id)))
}

function untouchable({ identity, spared }: Floors, members: readonly Member[], targets: readonly PlannedTarget[]): string[] {
  const wanted = new Set(targets.flatMap((target) => target.members))
  const sameTable = identity.pidNamespace === pidNamespaceOf('self')
  const never = sameTable ? new Set([1, ...[...spared(), identity.initPid].flatMap(lineOf)]) : new Set([1])
  return members
    .filter((member) => wanted.has(member.id))
    .flatMap((member) => {
      const pids = [...(member.pid === undefined ? [] : [member.pid]), ...member.commandLines.map(({ pid }) => pid)]
      const hit = pids.filter((pid) => never.has(pid) || (sameTable && isOfTheMachine(pid)))
      return hit.length === 0 ? [] : [`${member.id} has process ${hit.join(', ')}, which is never touched`]
    })
}
