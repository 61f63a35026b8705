/** A stack in normal form: what a containment needs to start it. Made from a Compose file by `readStack`. */
export interface Stack {
  readonly name: string
  /** In start order: a service comes after those it depends on. */
  readonly services: readonly Service[]
  /** Named networks; two services see each other when they share one. */
  readonly networks: readonly string[]
}

export interface Service {
  readonly name: string
  readonly replicas: number
  /** Argument array; a Compose string is split as a shell splits words, without a shell. */
  readonly command: readonly string[]
  /** Relative to the stack's folder. */
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly dependsOn: readonly { readonly service: string; readonly until: 'started' | 'healthy' }[]
  readonly health: HealthCheck | undefined
  readonly restart: 'no' | 'always' | 'on-failure'
  readonly networks: readonly string[]
  /** Folders inside the stack's folder (relative), shown to the service at an absolute path; writable ones go to the run's overlay. */
  readonly volumes: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[]
  /** Ports that it listens on: names for people and for `process`, never published. */
  readonly ports: readonly number[]
}

export interface HealthCheck {
  readonly test: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  readonly startPeriodMs: number
}

/** Replica ids of a service, in order: `worker#1`, `worker#2`, … */
export const replicaIds = (service: Service): string[] => Array.from({ length: service.replicas }, (_, index) => `${service.name}#${index + 1}`)
