import { counted } from '../counted.ts'
import { FAULTS } from '../faults/catalogue.ts'
import { type Cell, type CellLimits, type Demand, type Lab, OUTSIDE_DEV, TIERS } from '../lab/lab.ts'
import { durationSource } from '../units.ts'
import { cellText, decidingCell } from './deciding-cell.ts'
import type { Finding } from './finding.ts'

/** A cell that allows more than one that decides for an environment of a lower level. */
export interface LaxerCell extends Finding {
  readonly cell: Cell
}

/**
 * Where the matrix is not monotone. The level orders the environments; it is enough to compare each level with the next lower one, since being
 * at least as strict carries over. Each pair of cells is told once, by the first fault and tier that meet it.
 */
export function laxerCells({ environments, matrix }: Pick<Lab, 'environments' | 'matrix'>): LaxerCell[] {
  const levels = [...new Set(Object.values(environments).map(({ level }) => level))].sort((a, b) => a - b)
  const at = (level: number | undefined): string[] => Object.keys(environments).filter((name) => environments[name]?.level === level)
  const pairs = levels.flatMap((level, index) => at(level).flatMap((high) => at(levels[index - 1]).map((low) => ({ low, high }))))
  const found = new Map<string, LaxerCell>()
  for (const { kind: fault } of FAULTS) {
    for (const tier of TIERS) {
      const cellOf = new Map(Object.keys(environments).map((environment) => [environment, decidingCell(matrix, { fault, environment, tier })]))
      for (const { low, high } of pairs) {
        const [below, cell] = [cellOf.get(low), cellOf.get(high)]
        if (cell === undefined || cell === below) continue
        const more = whatIsMore(below, low, cell, high)
        const pair = `${below === undefined ? low : matrix.indexOf(below)} ${matrix.indexOf(cell)}`
        if (more.length === 0 || found.has(pair)) continue
        found.set(pair, {
          cell,
          why: `${high} is laxer than ${low} for ${fault} on tier ${tier}: ${more.join(', ')}`,
          change: `let it deny, or make it as strict as ${below === undefined ? `no cell, which is what ${low} has` : cellText(below)}`,
        })
      }
    }
  }
  return [...found.values()]
}

function whatIsMore(below: Cell | undefined, low: string, cell: Cell, high: string): string[] {
  if ('deny' in cell.decision) return []
  if (below === undefined || 'deny' in below.decision) return [`it allows what ${low} denies`]
  const [less, more] = [below.decision.allow, cell.decision.allow]
  const needed = demandsOf(more, high)
  return [
    ...over('maxTargets', less.maxTargets, more.maxTargets, String),
    ...over('maxPercent', less.maxPercent ?? 100, more.maxPercent ?? 100, String),
    ...over('maxDuration', less.maxDurationMs, more.maxDurationMs, durationSource),
    ...(signatures(more) < signatures(less)
      ? [`it asks for ${counted(signatures(more), 'approval')} where ${low} asks for ${signatures(less)}`]
      : []),
    ...less.needs.filter((need) => !needed.includes(need)).map((need) => `it does not need ${need}`),
  ]
}

const over = (name: string, less: number | undefined, more: number | undefined, text: (value: number) => string): string[] =>
  less !== undefined && (more === undefined || more > less)
    ? [`${name} is ${more === undefined ? 'not set' : text(more)} instead of ${text(less)}`]
    : []

/** Roles differ between environments, so what is compared is how many people must sign. */
const signatures = ({ approvals }: CellLimits): number => Object.values(approvals).reduce((sum, count) => sum + count, 0)

const demandsOf = ({ needs }: CellLimits, environment: string): readonly Demand[] => (environment === 'dev' ? needs : [...needs, ...OUTSIDE_DEV])
