/** How a command ends. When several apply, the first of `EXIT_ORDER` wins. */
export const EXITS = {
  0: 'hypothesis held, or the command did what was asked',
  1: "refuted, also when one of the charter's own gates stopped the run",
  2: 'stopped by a person, a limit or a guard that is not the hypothesis',
  3: 'inconclusive, or the infrastructure failed',
  4: 'denied by policy or approval',
  5: 'unclean: something could not be put back',
  64: 'wrong usage or invalid file',
} as const
export type ExitCode = keyof typeof EXITS

export const EXIT_ORDER = [64, 4, 5, 1, 2, 3, 0] as const satisfies readonly ExitCode[]

/** The exit code that outranks the others; of nothing, "inconclusive". */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return EXIT_ORDER.find((code) => codes.includes(code)) ?? 3
}
