import { escapeInvisible, invisibleAt, type Problem, type Where } from '@safechaos/core'
import { Composer, CST, type Document, Lexer, Parser } from 'yaml'
import { FILE_LIMITS } from './limits.ts'
import { type Path, placeIn } from './place-in-yaml.ts'
import { valueOfYaml } from './value-of-yaml.ts'

/** What a YAML text says, and where it says it. `value` is undefined if there are problems. */
export interface YamlText {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Where a path of the value was written: its key or its value; for what is missing, the nearest thing around it. */
  locate(path: Path, at: 'key' | 'value'): Where
}

/**
 * Parses one YAML 1.2 document of a hostile file: bounded in tokens, depth and aliases, no tags, no directives, no duplicate or
 * dangerous keys, nothing invisible. Never throws. `file` is only for messages.
 */
export function parseYaml(text: string, file: string): YamlText {
  const where = placesIn(text, file)
  const refuse = (problems: readonly Problem[]): YamlText => ({ value: undefined, problems, locate: () => where(0) })

  const invisible = invisibleProblems(text, where)
  if (invisible.length > 0) return refuse(invisible)
  const tokens = tokensOf(text, where)
  if ('code' in tokens) return refuse([tokens])
  const documents = [...new Composer(OPTIONS).compose(tokens, true, text.length)]
  const [document, second] = documents
  if (!document) return refuse([{ code: 'SC_YAML', message: 'the file is empty', where: where(0) }])
  if (second)
    return refuse([
      { code: 'SC_YAML', message: 'the file has a second document', where: where(second.range[0]), hint: 'write one document per file' },
    ])
  const syntax = syntaxProblems(document, text, where)
  if (syntax.length > 0) return refuse(syntax)
  const { value, problems } = valueOfYaml(document.contents, where)
  return { value: problems.length > 0 ? undefined : value, problems, locate: (path, at) => where(placeIn(document.contents, path, at)) }
}

/** Finds lines and columns, 1-based, by counting anew each time: only problems are ever located. */
function placesIn(text: string, file: string): (offset: number) => Where {
  return (offset) => {
    let line = 1
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
      line++
      start = end + 1
    }
    return { file, line, column: offset - start + 1 }
  }
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  intAsBigInt: true,
  uniqueKeys: false,
  stringKeys: true,
  merge: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** More problems than this of one kind help nobody. */
const SHOWN = 10

function invisibleProblems(text: string, where: (offset: number) => Where): Problem[] {
  // A byte order mark is how some editors begin a file.
  const found = invisibleAt(text).filter((offset) => offset > 0 || !text.startsWith('\uFEFF'))
  return found.slice(0, SHOWN).map((offset) => ({
    code: 'SC_YAML',
    message: `an invisible character: ${escapeInvisible(String.fromCodePoint(text.codePointAt(offset) ?? 0))} in ${escapeInvisible(lineAround(text, offset))}`,
    where: where(offset),
    hint: 'delete it; what people approve must be what they see',
  }))
}

/** A short piece of the line around an offset. */
function lineAround(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1) + 1, offset - 20)
  const end = text.indexOf('\n', offset)
  return text
    .slice(start, Math.min(end < 0 ? text.length : end, offset + 20))
    .replace(/[\r\n\t]/g, ' ')
    .trim()
}

/** Parses in two passes, the first of which only counts, so that length and depth are bounded before any tree is made. */
function tokensOf(text: string, where: (offset: number) => Where): CST.Token[] | Problem {
  const tooLong = overlongAt(text)
  if (tooLong !== undefined) return { code: 'SC_LIMIT', message: tooLong.message, where: where(tooLong.offset) }
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset
    if (CST.tokenType(lexeme) === 'directive-line') return directive(text, start, where)
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > FILE_LIMITS.depth + STACK_BELOW) return { code: 'SC_LIMIT', message: TOO_DEEP, where: where(start) }
  }
  tokens.push(...parser.end())
  return tokens
}

/** To the lexer a value that begins with % is one, too. */
function directive(text: string, start: number, where: (offset: number) => Where): Problem {
  const quotes = quotesHint(text, start)
  const message = quotes === undefined ? 'directives are not possible' : 'a value without quotes cannot begin with %'
  return { code: 'SC_YAML', message, where: where(start), hint: quotes ?? 'delete the line that starts with %' }
}

const TOO_DEEP = `lists and mappings more than ${FILE_LIMITS.depth} deep`

/** The parser's stack has the document below. */
const STACK_BELOW = 1

interface Overlong {
  readonly message: string
  readonly offset: number
}

/** Where a text becomes longer than anything that people write: a line, the number of lines, the number of tokens. */
function overlongAt(text: string): Overlong | undefined {
  let lines = 0
  for (let start = 0; start >= 0 && start < text.length; ) {
    const end = text.indexOf('\n', start)
    if ((end < 0 ? text.length : end) - start > FILE_LIMITS.line)
      return { message: `a line of more than ${FILE_LIMITS.line} characters`, offset: start + FILE_LIMITS.line }
    if (++lines > FILE_LIMITS.tokens) return { message: `more than ${FILE_LIMITS.tokens} lines`, offset: start }
    start = end < 0 ? end : end + 1
  }
  // A character makes at most two tokens.
  if (text.length < FILE_LIMITS.tokens / 2) return undefined
  let count = 0
  let deep = 0
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (++count > FILE_LIMITS.tokens) return { message: `more than ${FILE_LIMITS.tokens} tokens`, offset }
    if (lexeme === '[' || lexeme === '{') deep++
    else if (lexeme === ']' || lexeme === '}') deep--
    if (deep > FILE_LIMITS.depth) return { message: TOO_DEEP, offset }
    // The lexer's own marks, of a scalar or a document, are no part of the text.
    if (!/^[\x02\x18\x1f]$/.test(lexeme)) offset += lexeme.length
  }
  return undefined
}

function syntaxProblems(document: Document.Parsed, text: string, where: (offset: number) => Where): Problem[] {
  return [...document.errors, ...document.warnings].slice(0, SHOWN).map((error) => ({
    code: 'SC_YAML',
    message: escapeInvisible(error.message.replace(/\s/g, ' ')).slice(0, 200),
    where: where(error.pos[0]),
    hint: quotesHint(text, error.pos[0]),
  }))
}

/** A limit without quotes, which YAML takes for one of its own marks: up to the end of its line, of its mapping or of its list. */
const BARE_LIMIT = /[:[,]\s+([<>%][^,}\]#\n]*)/g

/** How the limit at or around an offset is written; undefined if there is none. */
function quotesHint(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const line = text.slice(start, end < 0 ? text.length : end)
  const bare = [...line.matchAll(BARE_LIMIT)].find(({ index, 0: whole }) => offset - start <= index + whole.length)?.[1]?.trim()
  return bare === undefined || bare.includes('"') ? undefined : `write it in quotes: "${bare}"`
}
