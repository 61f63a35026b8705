/** What a file of a lab may be at most; beyond it is refused before it costs time or memory. */
export const FILE_LIMITS = {
  bytes: 1024 * 1024,
  /** Marks, texts and blanks, as the YAML lexer counts them: a file of some 1,000 lines. */
  tokens: 10_000,
  /** Characters of one line; longer texts are written as blocks. */
  line: 10_000,
  /** Lists and mappings inside each other. */
  depth: 100,
  /** Values after aliases are filled in. */
  values: 10_000,
} as const
