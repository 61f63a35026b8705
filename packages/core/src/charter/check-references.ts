import { faultOf } from '../faults/catalogue.ts'
import type { Lab } from '../lab/lab.ts'
import type { Stack } from '../stack/stack.ts'
import type { Charter } from './charter.ts'
import { hostOf } from './host-of.ts'
import { type PathProblem, problemAt } from './path-problem.ts'
import { unknownName } from './unknown-name.ts'

/** Everything a charter names must be there: its environment in the lab, its services and links in the stack. */
export function checkReferences(charter: Charter, stack: Stack, lab: Lab): PathProblem[] {
  const services = stack.services.map((service) => service.name)
  return [
    ...unknownName(['environment'], charter.environment, Object.keys(lab.environments), 'environment in this lab'),
    ...mentions(charter).flatMap(({ path, service }) => unknownName(path, service, services, 'service in the stack')),
    ...linkProblems(charter, stack),
  ]
}

interface Mention {
  readonly path: PathProblem['path']
  readonly service: string
}

function mentions({ load, signals, invariants, fault }: Charter): Mention[] {
  const hits = faultOf(fault.kind)?.target(fault)
  const targets: Mention[] =
    hits === undefined
      ? []
      : hits.of === 'members'
        ? [{ path: ['fault', 'target'], service: hits.service }]
        : hits.between.map((service, end) => ({ path: ['fault', 'between', end], service }))
  return [
    ...(load === undefined ? [] : [{ path: ['load', load.method === 'GET' ? 'get' : 'post'], service: hostOf(load.url) }]),
    ...signals.map((signal): Mention => {
      const at = ['signals', signal.name]
      if (signal.from === 'metrics') return { path: [...at, 'scrape'], service: hostOf(signal.url) }
      if (signal.from === 'http') return { path: [...at, 'http'], service: hostOf(signal.url) }
      return signal.from === 'tcp' ? { path: [...at, 'tcp'], service: signal.host } : { path: [...at, 'service'], service: signal.service }
    }),
    ...invariants.map(({ name, get }) => ({ path: ['invariants', name, 'get'], service: hostOf(get) })),
    ...targets,
  ]
}

/** Two services without a common network have no link that could be hit. */
function linkProblems({ fault }: Charter, stack: Stack): PathProblem[] {
  const hits = faultOf(fault.kind)?.target(fault)
  if (hits?.of !== 'links') return []
  const [a, b] = hits.between.map((name) => stack.services.find((service) => service.name === name))
  if (!a || !b || a.networks.some((network) => b.networks.includes(network))) return []
  return [problemAt(['fault', 'between'], `${a.name} and ${b.name} share no network: there is no link between them`)]
}
