/** How much a service matters, least first. A service that the lab does not name is `normal`; of several, the highest counts. */
export const TIERS = ['low', 'normal', 'high', 'critical'] as const
export type Tier = (typeof TIERS)[number]

/** What a cell of the matrix may demand beyond limits: parts of the charter that are optional in dev, and whole walls (not `process`). */
export const DEMANDS = ['purpose', 'invariants', 'rollback', 'schedule', 'approvers', 'notify', 'walls'] as const
export type Demand = (typeof DEMANDS)[number]

/** What no matrix can waive outside dev. */
export const OUTSIDE_DEV: readonly Demand[] = ['purpose', 'rollback', 'approvers', 'walls']

/** The lab as policy reads it: `lab.yaml` with every default filled. */
export interface Lab {
  readonly name: string
  /** By name; `level` orders them: policy for a higher level is never laxer than for a lower one. */
  readonly environments: Readonly<Record<string, { readonly level: number }>>
  /** Role to the people who have it. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** In the order of the file. The most specific cell that matches wins; no cell is a deny. */
  readonly matrix: readonly Cell[]
  /** Only the services that the lab names. */
  readonly services: Readonly<Record<string, { readonly tier: Tier }>>
  /** The day (YYYY-MM-DD) by which people look at this file again. */
  readonly reviewBy: string | undefined
}

/** One cell of the blast-radius matrix. `*` matches everything. */
export interface Cell {
  /** A kind (`process.kill`), a group (`process`) or `*`. */
  readonly fault: string
  readonly environment: string
  readonly tier: Tier | '*'
  readonly decision: { readonly deny: string } | { readonly allow: CellLimits }
}

/** What a cell allows at most, and what it asks for; undefined is no limit of its own. */
export interface CellLimits {
  readonly maxTargets: number | undefined
  /** Of the service's replicas, 0 to 100. */
  readonly maxPercent: number | undefined
  /** The whole time under fault, in milliseconds. */
  readonly maxDurationMs: number | undefined
  /** How many people of each role must approve. */
  readonly approvals: Readonly<Record<string, number>>
  readonly needs: readonly Demand[]
}

/** What holds without a matrix: everything is allowed in dev, nothing anywhere else. */
export const DEFAULT_MATRIX: readonly Cell[] = [
  {
    fault: '*',
    environment: 'dev',
    tier: '*',
    decision: { allow: { maxTargets: undefined, maxPercent: undefined, maxDurationMs: undefined, approvals: {}, needs: [] } },
  },
]

/** The criticality tier of a service. */
export const tierOf = (lab: Lab, service: string): Tier =>
  Object.hasOwn(lab.services, service) ? (lab.services[service]?.tier ?? 'normal') : 'normal'
