/** Markup that is safe to put into a page: only `html` makes it, and `html` escapes whatever it is given that is not markup already. */
export class Html {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}

type Part = Html | string | number | undefined | false | readonly Part[]

/** Tagged template for markup. Strings and numbers are escaped, arrays joined, undefined and false left out. Attribute values must stand in double quotes. */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(markup.map((text, index) => (index === 0 ? text : textOf(parts[index - 1]) + text)).join(''))
}

/** Keeps a number and its unit on one line. For sentences, not for what people copy. */
export const prose = (text: string): string => text.replace(/(\d) (?=(?:%|ms|s|\/s|min|h|B|KiB|MiB|GiB)(?![\w]))/g, '$1\u00a0')

/** Data for the page's own script, inside a `script` element that is not executed. */
export function jsonData(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return new Html(`<script type="application/json" id="${escapeHtml(id)}">${json}</script>`)
}

/** Escapes text for element content and quoted attributes. Invisible and direction-changing characters become visible, so that nothing reads as what it is not. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Control, zero-width and bidirectional characters as `\u{…}`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map(textOf).join('')
}
