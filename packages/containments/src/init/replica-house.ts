import type { Service } from '@safechaos/core'
import type { Spawner } from './spawner.ts'

/** What a replica needs around it. */
export interface ReplicaHouse {
  readonly spawner: Spawner
  environmentOf(service: Service, replica: string): Readonly<Record<string, string>>
  event(service: string, state: 'starting' | 'up' | 'healthy' | 'unhealthy' | 'exited', detail: string): void
  log(service: string, stream: 'out' | 'err', line: string): void
  /** Every line that a replica of the service prints, also those that `log` does not hear of a flood. */
  seen(service: string, line: string): void
}
