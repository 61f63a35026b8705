/** Something wrong inside a document, before anybody knows at which line: its place is a path of keys and indexes. */
export interface PathProblem {
  readonly path: readonly (string | number)[]
  /** What to point at: the key itself (unknown, misspelt) or its value. */
  readonly at: 'key' | 'value'
  readonly message: string
  /** What to do, if the hint of the error code is too general. */
  readonly hint?: string | undefined
}

/** What came of reading a document: the thing, or everything that is wrong with it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly PathProblem[] }

/** A problem with the value at a path. */
export const problemAt = (path: readonly (string | number)[], message: string, hint?: string): PathProblem => ({ path, at: 'value', message, hint })

/** A problem with the key that ends a path. */
export const problemAtKey = (path: readonly (string | number)[], message: string, hint?: string): PathProblem => ({ path, at: 'key', message, hint })
