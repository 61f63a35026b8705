import type { Need } from '../faults/fault.ts'

export type ContainmentName = 'sandbox' | 'process'

/** What planning must know of a containment before anything is opened. The containment itself proves it by doing. */
export interface ContainmentTraits {
  readonly offers: readonly Need[]
  /** Its processes, namespaces and rules end with the agent, by the kernel. */
  readonly diesWithAgent: boolean
  /** It has walls: one that does not hold is a break, not a known weakness. */
  readonly walled: boolean
  /** The only environments it may be used in; undefined for all. */
  readonly onlyIn: readonly string[] | undefined
}

export const CONTAINMENT_TRAITS = {
  sandbox: { offers: ['signals', 'services', 'nft', 'hold'], diesWithAgent: true, walled: true, onlyIn: undefined },
  process: { offers: ['signals', 'services'], diesWithAgent: false, walled: false, onlyIn: ['dev'] },
} as const satisfies Record<ContainmentName, ContainmentTraits>
