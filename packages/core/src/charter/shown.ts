/** What nearly every file is made of; the classes of Unicode are costly to load, and seldom needed. */
const PLAIN = /^[\t\n\x20-\x7e]*$/

let unseen: RegExp | undefined

/** Control, format, private, unassigned and surrogate characters, what is shown as nothing, and returns without a new line; not tabs and line ends. */
function unseenPattern(): RegExp {
  unseen ??= /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{DI}\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2028\u2029]|\r(?!\n)/gu
  return unseen
}

/** Offsets of the characters that a reader cannot see, or that change how others are seen. */
export function invisibleAt(text: string): number[] {
  return PLAIN.test(text) ? [] : [...text.matchAll(unseenPattern())].map((found) => found.index)
}

/** Text with every invisible character written as `\u{202e}`. */
export function escapeInvisible(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(unseenPattern(), (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A bad value as a message shows it: short, on one line, with nothing invisible in it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping'
  if (typeof value !== 'string') return String(value as number | boolean | bigint | symbol)
  const text = JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value)
  return escapeInvisible(text)
}
