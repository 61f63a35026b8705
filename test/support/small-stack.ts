import type { Service, Stack } from '@safechaos/core'

/** A stack whose services only wait: for tests of what is done to them, not of what they do. */
export function sleepers(replicas: number, restart: Service['restart'] = 'always'): Stack {
  const service: Service = {
    name: 'worker',
    replicas,
    command: ['sleep', '1000'],
    cwd: '.',
    environment: {},
    dependsOn: [],
    health: undefined,
    restart,
    networks: ['default'],
    volumes: [],
    ports: [],
  }
  return { name: 'sleepers', services: [service], networks: ['default'] }
}
