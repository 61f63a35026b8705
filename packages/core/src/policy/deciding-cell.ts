import { type FaultKind, faultOf } from '../faults/catalogue.ts'
import type { Cell, Tier } from '../lab/lab.ts'

/** What is asked of the matrix: one fault in one environment on services of one tier. */
export interface Asked {
  readonly fault: FaultKind
  readonly environment: string
  readonly tier: Tier
}

/** The most specific cell that matches: by fault (kind, group, any), then environment, then tier; of two alike, a deny, else the first one. */
export function decidingCell(matrix: readonly Cell[], asked: Asked): Cell | undefined {
  const group = faultOf(asked.fault)?.group
  let best: { readonly cell: Cell; readonly rank: number } | undefined
  for (const cell of matrix) {
    const mine = rank(cell, asked, group)
    if (mine !== undefined && (best === undefined || mine > best.rank)) best = { cell, rank: mine }
  }
  return best?.cell
}

function rank(cell: Cell, asked: Asked, group: string | undefined): number | undefined {
  const fault = cell.fault === asked.fault ? 2 : cell.fault === group ? 1 : cell.fault === '*' ? 0 : undefined
  const environment = cell.environment === asked.environment ? 1 : cell.environment === '*' ? 0 : undefined
  const ofTier = cell.tier === asked.tier ? 1 : cell.tier === '*' ? 0 : undefined
  if (fault === undefined || environment === undefined || ofTier === undefined) return undefined
  return fault * 8 + environment * 4 + ofTier * 2 + ('deny' in cell.decision ? 1 : 0)
}

/** A cell as `lab.yaml` names it. */
export const cellText = (cell: Cell): string => `the cell {fault: ${cell.fault}, environment: ${cell.environment}, tier: ${cell.tier}}`
