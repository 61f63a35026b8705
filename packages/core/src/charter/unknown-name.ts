import { nearNames } from '../near.ts'
import { type PathProblem, problemAt } from './path-problem.ts'
import { shown } from './shown.ts'

/** The problem of a name that is not among the known ones, with the one that was probably meant; none if it is. */
export function unknownName(path: PathProblem['path'], name: string, known: readonly string[], what: string): PathProblem[] {
  if (known.includes(name)) return []
  const near = nearNames(name, known)[0]
  return [problemAt(path, `there is no ${what} called ${shown(name)}`, near === undefined ? `one of ${known.join(', ')}` : `did you mean ${near}?`)]
}
