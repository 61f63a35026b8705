import type { z } from 'zod'
import { counted } from '../counted.ts'
import { nearNames } from '../near.ts'
import type { PathProblem, Read } from './path-problem.ts'
import { shown } from './shown.ts'

type RawIssue = z.core.$ZodRawIssue
type Issue = z.core.$ZodIssue

/** Strict objects tell which keys they do not know; this remembers, by that list, which ones they do. */
type KnownKeys = WeakMap<readonly string[], readonly string[]>

/** The hint for what is missing. */
export const ADD_IT = 'add it'

/** Reads a document by a schema. Never throws; every problem is said with the bad value and, where one is near, the name that was meant. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown): Read<T> {
  const known: KnownKeys = new WeakMap()
  const result = schema.safeParse(value, { error: (issue) => messageOf(issue, known) })
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, problems: result.error.issues.flatMap((issue) => problemsOf(issue, value, [], known)) }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  tuple: 'a list',
}

function messageOf(issue: RawIssue, known: KnownKeys): string {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const shape: unknown = (issue.inst as { _zod?: { def?: { shape?: unknown } } } | undefined)?._zod?.def?.shape
      known.set(issue.keys, Object.keys(shape ?? {}))
      return 'unknown key'
    }
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return issue.values.length === 1 ? `expected ${String(issue.values[0])}` : `expected one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return issue.origin === 'string' && Number(issue.minimum) === 1 ? 'must not be empty' : `at least ${bound(Number(issue.minimum), issue.origin)}`
    case 'too_big':
      return `at most ${bound(Number(issue.maximum), issue.origin)}`
    case 'not_multiple_of':
      return `only multiples of ${issue.divisor}`
    default:
      return ''
  }
}

/** A limit in what it limits: texts have characters, lists have items. */
const bound = (limit: number, origin: string): string =>
  origin === 'string' ? counted(limit, 'character') : origin === 'array' ? counted(limit, 'item') : String(limit)

function problemsOf(issue: Issue, root: unknown, base: readonly (string | number)[], known: KnownKeys): PathProblem[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))]
  const value = valueAt(root, path)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], key, known.get(issue.keys) ?? []))
  if (issue.code === 'invalid_key') {
    const why = issue.issues[0]?.message ?? 'not a possible name'
    return [{ path, at: 'key', message: `${shown(path.at(-1))}: ${why}` }]
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return nearestBranch(issue.errors, root, path, known)
  if ((issue.code === 'invalid_type' || issue.code === 'invalid_value') && value === undefined) {
    return [{ path, at: 'value', message: `${String(path.at(-1) ?? 'everything')} is missing: ${issue.message}`, hint: ADD_IT }]
  }
  if (issue.code === 'custom') return [{ path, at: 'value', message: `${shown(value)}: ${issue.message}`, hint: hintOf(issue) }]
  const near = issue.code === 'invalid_value' && typeof value === 'string' ? nearNames(value, issue.values.map(String))[0] : undefined
  return [{ path, at: 'value', message: `${shown(value)}: ${issue.message}`, hint: near === undefined ? undefined : `did you mean ${near}?` }]
}

/** A rule of our own may say what to do. */
function hintOf({ params }: z.core.$ZodIssueCustom): string | undefined {
  const hint: unknown = params?.hint
  return typeof hint === 'string' ? hint : undefined
}

/** The problem of a key that is not known here. */
export function unknownKey(path: readonly (string | number)[], key: string, known: readonly string[]): PathProblem {
  const near = nearNames(key, known)[0]
  return {
    path,
    at: 'key',
    message: `unknown key ${shown(key)}`,
    hint: near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`,
  }
}

/** Of a choice, the problems of the form that fits best: of the right type, then with the fewest problems. */
function nearestBranch(branches: readonly (readonly Issue[])[], root: unknown, path: readonly (string | number)[], known: KnownKeys): PathProblem[] {
  const fitting = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'))
  if (fitting.length === 0) {
    const expected = [...new Set(branches.map((issues) => (issues[0]?.message ?? '').replace(/^expected /, '')))].join(' or ')
    return [{ path, at: 'value', message: `${shown(valueAt(root, path))}: expected ${expected}` }]
  }
  return fitting
    .map((issues) => issues.flatMap((issue) => problemsOf(issue, root, path, known)))
    .reduce((best, problems) => (problems.length < best.length ? problems : best))
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined,
    root,
  )
}
