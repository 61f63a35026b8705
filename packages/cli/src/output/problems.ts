import { ERRORS, type ExitCode, messageOf, type Problem, problemText, SafechaosError, worstExit } from '@safechaos/core'
import { harmlessLines } from './harmless.ts'

/** What went wrong, as a command ends with it. */
export interface Failure {
  readonly exit: ExitCode
  readonly problems: readonly Problem[]
  /** Of a mistake in Safechaos itself. */
  readonly stack?: string | undefined
}

/** Every problem of an error, and the exit code that outranks the others. An error that is not ours is a mistake in Safechaos. */
export function failureOf(error: unknown): Failure {
  if (isOurs(error)) return { exit: worstExit(error.problems.map(({ code }) => ERRORS[code].exit)), problems: error.problems }
  const stack = error instanceof Error ? error.stack : undefined
  return { exit: 3, problems: [{ code: 'SC_BUG', message: messageOf(error) }], stack }
}

/** By name, since two bundles may each hold the class. */
const isOurs = (error: unknown): error is SafechaosError =>
  error instanceof SafechaosError || (error instanceof Error && error.name === 'SafechaosError' && 'problems' in error)

/** For people: all problems, each with its place and the next thing to do. */
export const failureText = ({ problems, stack }: Failure): string =>
  harmlessLines([...problems.map(problemText), ...(stack === undefined ? [] : [stack])].join('\n'))

/** For programs: the same. */
export const failureDocument = ({ exit, problems }: Failure) => ({
  error: {
    exit,
    problems: problems.map(({ code, message, where, hint }) => ({
      code,
      message,
      hint: hint ?? ERRORS[code].hint,
      ...(where === undefined ? {} : { where }),
    })),
  },
})
