export type Words = { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly message: string }

/**
 * Splits a command as a shell splits words: blanks, 'quotes', "quotes" and backslashes. There is no shell: what only a shell could do
 * (pipes, redirections, several commands, substitution) is refused, never passed on as if it were text.
 */
export function splitWords(text: string): Words {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(text, at)
      if (quoted === undefined) return { ok: false, message: `the ${character} is not closed` }
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (character === '\\') {
      if (at + 1 === text.length) return { ok: false, message: 'a backslash ends the command' }
      word = (word ?? '') + text[++at]
    } else if ('|&;<>()`'.includes(character)) {
      return { ok: false, message: `${character} needs a shell, and there is none; write [sh, -c, "…"] if one is meant` }
    } else word = (word ?? '') + character
  }
  if (word !== undefined) words.push(word)
  return words.length === 0 ? { ok: false, message: 'the command is empty' } : { ok: true, words }
}

/** The text between quotes that begin at `start`, and where they end; undefined if they do not. */
function readQuoted(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quote = text[start]
  let inside = ''
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === quote) return { text: inside, end: at }
    const escapes = quote === '"' && character === '\\' && '"\\$`'.includes(text[at + 1] ?? ' ')
    inside += escapes ? text[++at] : character
  }
  return undefined
}
