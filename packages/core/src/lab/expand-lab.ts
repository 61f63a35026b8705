import { type PathProblem, problemAt, problemAtKey, type Read } from '../charter/path-problem.ts'
import { readAs } from '../charter/read-as.ts'
import { unknownName } from '../charter/unknown-name.ts'
import { FAULTS } from '../faults/catalogue.ts'
import { laxerCells } from '../policy/laxer.ts'
import { type Cell, DEFAULT_MATRIX, type Lab } from './lab.ts'
import { type CellSource, LabSource } from './lab-source.ts'

/** Fills every default of a lab. Pure; never throws; says everything that is wrong. An empty file is the default lab. */
export function expandLab(source: unknown, context: { readonly folderName: string }): Read<Lab> {
  const read = readAs(LabSource, source ?? {})
  if (!read.ok) return read
  const { name, environments, roles, services, matrix, reviewBy } = read.value
  const problems = (matrix ?? []).flatMap((cell, index) =>
    cellProblems(cell, read.value).map((problem) => ({ ...problem, path: ['matrix', index, ...problem.path] })),
  )
  if (problems.length > 0) return { ok: false, problems }
  const lab: Lab = { name: name ?? context.folderName, environments, roles, services, matrix: matrix?.map(expandCell) ?? DEFAULT_MATRIX, reviewBy }
  const lax = orderProblems(lab)
  return lax.length > 0 ? { ok: false, problems: lax } : { ok: true, value: lab }
}

/** Policy never gets laxer with a higher level; so dev, for which the rules above the matrix are lifted, must have the lowest. */
function orderProblems(lab: Lab): PathProblem[] {
  const { environments, matrix } = lab
  const dev = environments.dev?.level ?? 0
  const lower = Object.entries(environments).flatMap(([name, { level }]) => (level < dev ? [name] : []))
  if (lower.length > 0)
    return [
      problemAt(
        ['environments', 'dev', 'level'],
        `dev is the laxest environment by rule, and ${lower.join(', ')} ${lower.length === 1 ? 'has' : 'have'} a lower level`,
        'give dev the lowest level',
      ),
    ]
  return laxerCells(lab).map(({ cell, why, change }) => problemAt(['matrix', matrix.indexOf(cell)], why, change))
}

function expandCell({ fault, environment, tier, deny, maxTargets, maxPercent, maxDuration, approvals, needs }: CellSource): Cell {
  const decision = deny === undefined ? { allow: { maxTargets, maxPercent, maxDurationMs: maxDuration, approvals, needs } } : { deny }
  return { fault, environment, tier, decision }
}

const LIMITS = ['maxTargets', 'maxPercent', 'maxDuration'] as const

/** A cell that names what does not exist would never match, and a limit in it would silently be no limit. */
function cellProblems(cell: CellSource, { environments, roles }: LabSource): PathProblem[] {
  const faults = [...new Set(FAULTS.flatMap((fault) => [fault.group, fault.kind]))]
  const limited = LIMITS.some((limit) => cell[limit] !== undefined) || Object.keys(cell.approvals).length > 0 || cell.needs.length > 0
  return [
    ...unknownName(['fault'], cell.fault, [...faults, '*'], 'fault or group of faults'),
    ...unknownName(['environment'], cell.environment, [...Object.keys(environments), '*'], 'environment'),
    ...Object.keys(cell.approvals).flatMap((role) =>
      unknownName(['approvals', role], role, Object.keys(roles), 'role').map(({ path, message, hint }) => problemAtKey(path, message, hint)),
    ),
    ...(cell.deny !== undefined && limited ? [problemAt(['deny'], 'a cell denies or has limits, not both', 'leave out deny, or the limits')] : []),
  ]
}
