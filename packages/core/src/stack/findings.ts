import type { PathProblem } from '../charter/path-problem.ts'
import { unknownKey } from '../charter/read-as.ts'
import { shown } from '../charter/shown.ts'

export type Path = PathProblem['path']
export type Mapping = Readonly<Record<string, unknown>>

/** Collects what is wrong while a document is read; the readers give undefined for what they had to refuse. */
export class Findings {
  readonly problems: PathProblem[] = []

  refuse(path: Path, message: string, hint?: string): undefined {
    this.problems.push({ path, at: 'value', message, hint })
  }

  refuseKey(path: Path, message: string, hint?: string): undefined {
    this.problems.push({ path, at: 'key', message, hint })
  }

  mapping(value: unknown, path: Path): Mapping | undefined {
    if (isMapping(value)) return value
    return this.refuse(path, `${shown(value)}: expected a mapping`)
  }

  list(value: unknown, path: Path): readonly unknown[] | undefined {
    if (Array.isArray(value)) return value
    return this.refuse(path, `${shown(value)}: expected a list`)
  }

  /** A text; numbers are taken as the text they were written with. */
  text(value: unknown, path: Path): string | undefined {
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    return this.refuse(path, `${shown(value)}: expected a text`)
  }

  /** A whole number within limits, also as text (a variable may have filled it). */
  integer(value: unknown, path: Path, min: number, max: number): number | undefined {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number
    return this.refuse(path, `${shown(value)}: expected a whole number from ${min} to ${max}`)
  }

  /** Refuses every key that is not known here; extensions (`x-…`) are free, except ones that look like a misspelt one of ours. */
  onlyKeys(value: Mapping, path: Path, known: readonly string[], special: Readonly<Record<string, string>> = {}): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue
      const reason = Object.hasOwn(special, key) ? special[key] : undefined
      const problem = unknownKey([...path, key], key, known)
      if (reason !== undefined) this.refuseKey([...path, key], `${key} is not possible here`, reason)
      else if (!key.startsWith('x-') || problem.hint?.startsWith('did you mean x-') === true) this.problems.push(problem)
    }
  }
}

export const isMapping = (value: unknown): value is Mapping => value !== null && typeof value === 'object' && !Array.isArray(value)
