import type { ErrorCode, PathProblem, Problem } from '@safechaos/core'
import type { YamlFile } from './read-yaml-file.ts'

/** Problems with the lines of the file in which their paths were written, in the order of the file. */
export function located(problems: readonly PathProblem[], file: YamlFile, code: ErrorCode): Problem[] {
  return problems
    .map(({ path, at, message, hint }) => ({ code, message, where: file.locate(path, at), hint }))
    .sort((a, b) => a.where.line - b.where.line || a.where.column - b.where.column)
}
