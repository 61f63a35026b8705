import { createHash } from 'node:crypto'
import { buildReport } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { PLURAL_OF_ONE, runOfOne } from '../../../../test/support/run-of-one.ts'
import { heldRun, refusedRun, weakRun } from '../../../../test/support/synthetic-run.ts'
import { prose } from './html.ts'
import { renderHtml } from './render-html.ts'
import { renderMarkdown } from './render-markdown.ts'
import { renderPostmortem } from './render-postmortem.ts'

const modelOf = ({ records, samples, logs }: ReturnType<typeof weakRun>) => buildReport(records, samples, logs)
const page = renderHtml(modelOf(weakRun()))

describe('report.html', () => {
  test('fetches nothing: no address of another file or host is in it', () => {
    expect(page).not.toMatch(/\s(src|srcset|action|data|poster)=/)
    expect([...page.matchAll(/\shref="([^"]*)"/g)].every(([, target]) => target?.startsWith('#'))).toBe(true)
    expect(page).not.toMatch(/@import|url\((?!#)/)
  })

  test('lets only its own script run', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`)
    expect(page.match(/<script/g)).toHaveLength(2)
    expect(page).not.toMatch(/\son[a-z]+=/)
  })

  test('tells in the order in which people read', () => {
    const titles = [...page.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, title]) => title)
    expect(titles).toEqual([
      'What we believed, what we did, to whom',
      'One clock',
      'What happened, with log lines',
      'What users felt',
      'How fast it recovered',
      'What surprised us',
      'Is everything back',
      'What next',
      'Provenance',
    ])
    expect(page.indexOf('<h1>')).toBeLessThan(page.indexOf('<h2'))
  })

  test('is small and quick for a run of two minutes', () => {
    const { records, samples, logs } = heldRun()
    const times = (count: number) => Array.from({ length: count }, (_, turn) => turn * 40_000)
    const long = times(4).flatMap((shift) =>
      samples.map((sample) =>
        sample.kind === 'load' ? { ...sample, from: sample.from + shift, to: sample.to + shift } : { ...sample, at: sample.at + shift },
      ),
    )
    const started = performance.now()
    const text = renderHtml(buildReport(records, long, logs))
    expect(text.length).toBeLessThan(1_500_000)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('leads every pin to an event that is there', () => {
    const ids = new Set([...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id))
    for (const [, target] of page.matchAll(/class="pin" href="#([^"]*)"/g)) expect(ids).toContain(target)
  })

  test('breaks no line between a number and its unit in a sentence, rates too', () => {
    expect(prose('errors passed 2 /s after 1.9 s')).toBe('errors passed 2\u00a0/s after 1.9\u00a0s')
  })

  test('has no id twice', () => {
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('says each judgement as a word beside its colour', () => {
    for (const { word, why } of modelOf(weakRun()).lights) {
      expect(page).toContain(word)
      expect(page.replaceAll('\u00a0', ' ')).toContain(why)
    }
  })

  test('teaches the next step where there is nothing to show', () => {
    const empty = renderHtml(modelOf(refusedRun()))
    expect(empty).toContain('Nothing was injected')
    expect(empty).not.toContain('NaN')
    expect(renderHtml(buildReport([], [])).replace(/<script>[\s\S]*/, '')).not.toContain('undefined')
  })
})

describe('report.md and postmortem.md', () => {
  test('the short report starts with the sentence and ends with how to run it again', () => {
    const text = renderMarkdown(modelOf(weakRun()))
    expect(text.startsWith('# Refuted:')).toBe(true)
    expect(text).toContain('safechaos run charters/worker-kill-weak.yaml')
  })

  test('page and Markdown say in the same words that no median moved', () => {
    const still = { ...modelOf(weakRun()), moved: { note: '', ranked: [] } }
    for (const text of [renderHtml(still), renderMarkdown(still)])
      expect(text).toContain('No median moved by more than the spread of its own baseline, or there was too little to compare.')
  })

  test('the postmortem has the facts, and leaves every question open', () => {
    const text = renderPostmortem(modelOf(weakRun()))
    expect(text).toContain('Ada Palmer')
    expect(text).toContain('+16.8 s')
    const questions = text.match(/^- \[ \] .*$/gm) ?? []
    expect(questions.length).toBeGreaterThan(5)
    expect(text.match(/^ {2}Answer:$/gm)).toHaveLength(questions.length)
    expect(text).not.toMatch(/\[x\]/i)
  })
})

test('page, Markdown and postmortem of a run with one of each say no plural of one', () => {
  const line = { at: 8000, service: 'worker#1', stream: 'out', line: 'started' } as const
  const model = buildReport(runOfOne(), [], [line])
  expect(renderHtml(model)).toContain('1 of 1 planned target was hit')
  for (const render of [renderHtml, renderMarkdown, renderPostmortem]) expect(render(model)).not.toMatch(PLURAL_OF_ONE)
})
