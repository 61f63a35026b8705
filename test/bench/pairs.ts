import type { ContainmentName } from '@safechaos/core'
import type { CrashLab } from '../crash/lab.ts'

export interface Pair {
  readonly fault: string
  readonly containment: ContainmentName
}

/** Every fault in every containment that offers it. */
export const pairsOf = (lab: Pick<CrashLab, 'faults'>): Pair[] =>
  lab.faults.flatMap((fault) =>
    (['sandbox', 'process'] as const)
      .filter((name) => name === 'sandbox' || fault.startsWith('process.'))
      .map((containment) => ({ fault, containment })),
  )
