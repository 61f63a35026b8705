import { visible } from './html.ts'

/** Text as Markdown prose on one line: what Markdown or HTML would read as markup is escaped. */
export function mdText(text: string): string {
  return visible(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~!]/g, (character) => `\\${character}`)
}

/** Text as a code span that nothing inside can end. */
export function mdCode(text: string): string {
  const line = visible(text).replace(/\s+/g, ' ')
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`
}

/** A table; cells are Markdown already, made by `mdText` or `mdCode`. */
export function mdTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
