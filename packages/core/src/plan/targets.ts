import type { TargetKind } from '../faults/fault.ts'
import { nearNames } from '../near.ts'
import { replicaIds, type Service, type Stack } from '../stack/stack.ts'
import type { PlannedTarget } from './plan.ts'

export type ResolvedTargets =
  | { readonly ok: true; readonly targets: readonly PlannedTarget[] }
  | { readonly ok: false; readonly why: readonly string[] }

/** What a fault would hit in a stack, in service order: replicas, or the links between the replicas of two services. Nothing at all is a no. */
export function resolveTargets(hits: TargetKind, stack: Stack): ResolvedTargets {
  const names = hits.of === 'members' ? [hits.service] : hits.between
  const services = names.map((name) => stack.services.find((service) => service.name === name))
  const unknown = names.filter((_, index) => services[index] === undefined)
  if (unknown.length > 0) return { ok: false, why: unknown.map((name) => unknownService(name, stack)) }
  const [first, second] = services as [Service, Service | undefined]
  if (second !== undefined && !first.networks.some((network) => second.networks.includes(network))) {
    return { ok: false, why: [`${first.name} and ${second.name} share no network: there is no link between them`] }
  }
  const targets =
    second === undefined
      ? replicaIds(first).map((id) => ({ id, members: [id] }))
      : replicaIds(first).flatMap((a) => replicaIds(second).map((b) => ({ id: `${a}~${b}`, members: [a, b] })))
  return targets.length > 0 ? { ok: true, targets } : { ok: false, why: [`${names.join(' and ')}: nothing to hit, since no replica is planned`] }
}

function unknownService(name: string, stack: Stack): string {
  const known = stack.services.map((service) => service.name)
  const near = nearNames(name, known)
  return `the stack has no service "${name}"; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has ${known.join(', ') || 'none'}`}`
}
