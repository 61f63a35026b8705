import { shown } from '../charter/shown.ts'
import { nearNames } from '../near.ts'
import type { Findings } from './findings.ts'
import type { Service } from './stack.ts'

/** Services so that each comes after those it depends on, else in the order of the file. A circle or an unknown name is a finding. */
export function startOrder(services: readonly Service[], findings: Findings): readonly Service[] {
  const before = findings.problems.length
  for (const service of services) checkDependencies(service, services, findings)
  if (findings.problems.length > before) return services
  const ordered: Service[] = []
  let waiting = [...services]
  while (waiting.length > 0) {
    const ready = waiting.find((service) => service.dependsOn.every((needed) => ordered.some((started) => started.name === needed.service)))
    if (!ready) {
      const circle = circleFrom(waiting[0], waiting)
      findings.refuse(
        ['services', circle[0] ?? '', 'depends_on'],
        `these services wait for each other: ${[...circle, circle[0]].join(' → ')}`,
        'take one of them out of depends_on',
      )
      return services
    }
    ordered.push(ready)
    waiting = waiting.filter((service) => service !== ready)
  }
  return ordered
}

function checkDependencies(service: Service, services: readonly Service[], findings: Findings): void {
  const path = ['services', service.name, 'depends_on']
  for (const { service: name, until } of service.dependsOn) {
    const needed = services.find((other) => other.name === name)
    if (needed === undefined) {
      const near = nearNames(
        name,
        services.map((other) => other.name),
      )[0]
      findings.refuse(
        path,
        `${service.name} depends on ${shown(name)}, which is not a service here`,
        near === undefined ? undefined : `did you mean ${near}?`,
      )
    } else if (until === 'healthy' && needed.health === undefined) {
      findings.refuse(
        path,
        `${service.name} waits until ${name} is healthy, and ${name} has no healthcheck`,
        `give ${name} a healthcheck, or wait for service_started`,
      )
    }
  }
}

/** Follows the first unmet dependency until a service comes again. */
function circleFrom(start: Service | undefined, waiting: readonly Service[]): string[] {
  const walked: string[] = []
  let at = start
  while (at !== undefined && !walked.includes(at.name)) {
    walked.push(at.name)
    const next = at.dependsOn.find((needed) => waiting.some((service) => service.name === needed.service))
    at = waiting.find((service) => service.name === next?.service)
  }
  return at === undefined ? walked : walked.slice(walked.indexOf(at.name))
}
