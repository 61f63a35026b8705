/** Columns set to the width of their widest cell; colours do not count. The last column is not padded. */
export function tableText(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell))))
  return rows
    .map((row) => `${indent}${row.map((cell, column) => padded(cell, column === row.length - 1 ? 0 : (widths[column] ?? 0))).join('  ')}`.trimEnd())
    .join('\n')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const ESCAPES = /\u001b\[[0-9;]*m/g

/** Characters that a terminal draws two columns wide, and those that take none. */
const WIDE = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
const NONE = /\p{Mn}|[\u200b-\u200f]|\ufe0e|\ufe0f/u

const columnsOf = (character: string): number => (character < '\u0300' ? 1 : NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Columns that the text takes on a terminal. */
export function visibleLength(text: string): number {
  let columns = 0
  for (const character of text.replace(ESCAPES, '')) columns += columnsOf(character)
  return columns
}

/** Filled up with spaces to `width` seen characters. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - visibleLength(text)))

/** At most `width` seen characters, colours kept and closed, with an ellipsis for what was cut. */
export function clipped(text: string, width: number): string {
  if (visibleLength(text) <= width) return text
  let room = width - 1
  let out = ''
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b[')) {
      out += part
      continue
    }
    for (const character of part) {
      if (room < 0) break
      room -= columnsOf(character)
      out += room >= 0 ? character : '…'
    }
  }
  return out
}

/** The words of a text on lines of at most `width` characters; a longer word stands alone. Without a width, one line. */
export function wrapped(text: string, width: number | undefined): string[] {
  if (width === undefined) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || visibleLength(line) + 1 + visibleLength(word) > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
