import { buildReport, type LedgerRecord } from '@safechaos/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chain, weakRun } from '../../../../test/support/synthetic-run.ts'
import { escapeHtml, html, jsonData } from './html.ts'
import { mdCode, mdText } from './markdown.ts'
import { renderHtml } from './render-html.ts'
import { renderMarkdown } from './render-markdown.ts'

/** Text that tries to get out: markup, ends of comments, scripts and attributes, in any mixture with any other text. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '</script>',
        '<script>alert(1)</script>',
        '<!--',
        '-->',
        ']]>',
        '"',
        "'",
        '`',
        '>',
        '<',
        '&lt;',
        '\u2028',
        '\u202e',
        '\u200b',
        '\0',
        '" onload="x',
        "' onerror='x",
        '<img src=x onerror=x>',
        '</style>',
        '${1}',
        '\\u003c',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

/** The page's elements with their attribute names, as a browser would find them: what hostile text must not add to. */
const skeleton = (page: string): string[] =>
  [
    ...page
      .replace(/(<script[^>]*>)[\s\S]*?<\/script>/g, '$1')
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .matchAll(/<([a-z0-9!/]+)((?:\s+[a-z0-9:-]+(?:="[^"]*")?)*)\s*\/?>/gi),
  ].map(([, name, attributes]) => `${name}${(attributes ?? '').replace(/="[^"]*"/g, '')}`)

describe('escaping', () => {
  test('no text gets out of an element or a quoted attribute', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]/)
        expect(html`<p title="${text}">${text}</p>`.toString()).toMatch(/^<p title="[^"<>]*">[^<>]*<\/p>$/)
      }),
    )
  })

  test('data for the script holds nothing that could end it, and reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), hostile, (value, text) => {
        const block = jsonData('d', { value, text }).toString()
        const inside = block.slice(block.indexOf('>') + 1, -'</script>'.length)
        expect(inside).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(inside)).toEqual(JSON.parse(JSON.stringify({ value, text })))
      }),
    )
  })

  test('invisible and direction-changing characters are shown, not obeyed', () => {
    expect(escapeHtml('pay\u202Egnp.exe\u200b\u0007')).toBe('pay\\u{202e}gnp.exe\\u{200b}\\u{7}')
  })
})

describe('a whole report with hostile names, details and log lines', () => {
  const run = weakRun()
  const withText = (text: string) => {
    const bodies = run.records.map(({ at, body }: LedgerRecord) => ({ at, body: rename(body, text) as LedgerRecord['body'] }))
    return buildReport(
      chain(bodies),
      run.samples.map((sample) => (sample.kind === 'no-reading' ? { ...sample, detail: text } : sample)),
      run.logs.map((line) => ({ ...line, line: text })),
    )
  }
  const calm = skeleton(renderHtml(withText('calm')))

  test('has exactly the elements and attributes of the same report with calm ones', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(skeleton(renderHtml(withText(`calm${text}`)))).toEqual(calm)
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  test('has no raw markup in Markdown either', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(mdText(text)).not.toMatch(/(?<!\\)[<>|`]|\n/)
        expect(mdCode(text)).not.toContain('\n')
        expect(renderMarkdown(withText(`calm${text}`))).not.toMatch(/(?<!\\)<(script|img)/)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

/** Puts the text into every free text of a body. */
function rename(value: unknown, text: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, text))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      ['detail', 'hypothesis', 'why', 'sentence', 'by', 'host', 'wall', 'what', 'check'].includes(key) &&
      typeof member === 'string' &&
      !isWord(member)
        ? text
        : rename(member, text),
    ]),
  )
}

/** Words that the folds go by, not free text. */
const isWord = (text: string): boolean => ['owed', 'injected', 'landed', 'undone', 'verified'].includes(text)
