/** Every error a person can meet: its exit code and the next thing to do. `docs/errors.md` is generated from this table. */
export const ERRORS = {
  SC_USAGE: { exit: 64, hint: 'run `safechaos --help`' },
  SC_FILE: { exit: 64, hint: 'check that the file exists and can be read' },
  SC_YAML: { exit: 64, hint: 'mend the YAML at the line and column named' },
  SC_INVALID: { exit: 64, hint: 'mend the value at the line and column named' },
  SC_LIMIT: { exit: 64, hint: 'make the file smaller or flatter; the limits are in docs/charter.md' },
  SC_STACK: { exit: 64, hint: 'use only the Compose keys that docs/charter.md lists' },
  SC_TARGETS: { exit: 64, hint: 'name a service of the stack, and at least one of it' },
  SC_BOUND: { exit: 64, hint: 'raise maxAbort, or make windows and lease shorter' },
  SC_POLICY: { exit: 4, hint: 'read the deciding cell above, and change the charter or the matrix in lab.yaml' },
  SC_UNCLEAN: { exit: 5, hint: 'run `safechaos recover`; the environment is locked until it succeeds' },
  SC_STATE: { exit: 3, hint: 'make the state folder writable, or set XDG_STATE_HOME to one that is' },
  SC_LEDGER: { exit: 3, hint: 'free some disk space; nothing starts without a durable record' },
  SC_TAMPERED: { exit: 3, hint: 'compare with a copy held elsewhere; do not trust this run folder' },
  SC_CONTAINMENT: { exit: 3, hint: 'run `safechaos doctor` to see what works here and what to install' },
  SC_PLACE: { exit: 3, hint: 'do what the message says; a weaker containment never takes the place of a refusal' },
  SC_UNREACHABLE: { exit: 3, hint: 'choose a containment that reaches this place; `safechaos doctor` lists them' },
  SC_PREFLIGHT: { exit: 3, hint: 'mend what preflight found; nothing was broken yet' },
  SC_TARGET_MOVED: { exit: 3, hint: 'run again; the target was replaced between selection and action, and nothing was touched' },
  SC_FLOOR: { exit: 4, hint: 'no policy can lift this floor; choose another target' },
  SC_PLAN_MISMATCH: { exit: 3, hint: 'controller and agent are of different versions; reinstall' },
  SC_AGENT: { exit: 3, hint: 'run `safechaos recover`, then try again; the agent log is in the run folder' },
  SC_GRANT: { exit: 3, hint: 'the agent goes stage by stage through the plan it was given and never beyond; start a new run' },
  SC_LEASE: { exit: 3, hint: 'only green evidence that is newer than the last prolongs a fault; look at the gates' },
  SC_ENDED: { exit: 2, hint: 'the run was already stopped; start a new one' },
  SC_STEP: { exit: 3, hint: 'the tool and its answer are above; `safechaos doctor` tries each tool' },
  SC_BUSY: { exit: 3, hint: 'another run holds these targets; wait for it or abort it' },
  SC_BUG: { exit: 3, hint: 'this is a mistake in safechaos; please report it with the text above' },
  SC_NO_RUN: { exit: 64, hint: 'run `safechaos status` to see the runs' },
} as const satisfies Record<`SC_${string}`, { exit: number; hint: string }>
export type ErrorCode = keyof typeof ERRORS

/** A place in a file, 1-based, as editors count. */
export interface Where {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing wrong. `message` says what and shows the bad value; `hint` says what to do if the code's own hint is too general. */
export interface Problem {
  readonly code: ErrorCode
  readonly message: string
  readonly where?: Where | undefined
  readonly hint?: string | undefined
}

/** Thrown only at an edge or for a broken world; expected outcomes are values. Carries every problem found, never just the first. */
export class SafechaosError extends Error {
  override readonly name = 'SafechaosError'
  readonly code: ErrorCode
  readonly problems: readonly [Problem, ...Problem[]]
  constructor(first: Problem, options: { more?: readonly Problem[]; cause?: unknown } = {}) {
    super(first.message, { cause: options.cause })
    this.code = first.code
    this.problems = [first, ...(options.more ?? [])]
  }
}

/** `file:12:3: message` and, below it, what to do. */
export function problemText(problem: Problem): string {
  const at = problem.where ? `${problem.where.file}:${problem.where.line}:${problem.where.column}: ` : ''
  return `${at}${problem.message} [${problem.code}]\n  ${problem.hint ?? ERRORS[problem.code].hint}`
}

/** What is wrong by a caught value; one that names no problem gets this code. */
export const problemsOf = (error: unknown, code: ErrorCode): SafechaosError['problems'] =>
  error instanceof SafechaosError ? error.problems : [{ code, message: messageOf(error) }]

/** What a caught value says: of an `Error` its message alone, without name and stack; anything else that was thrown, as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
