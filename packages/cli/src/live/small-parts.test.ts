import { foldRun, lights, STAGES } from '@safechaos/core'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { PLURAL_OF_ONE, runOfOne } from '../../../../test/support/run-of-one.ts'
import { heldRun, refusedRun, weakRun } from '../../../../test/support/synthetic-run.ts'
import { foldRecord, NO_RUN } from '@safechaos/core'
import { makeOutput } from '../output/output.ts'
import { planText } from '../output/plan-text.ts'
import { visibleLength } from '../output/table.ts'
import { eventLine } from './event-line.ts'
import { frame } from './frame.ts'
import { LoadWindow } from './load-window.ts'
import { owedText } from './owed-text.ts'
import { Painter } from './painter.ts'
import { runScreen } from './run-screen.ts'
import { sparkline } from './sparkline.ts'
import { stepper } from './stepper.ts'
import { reachesLimitIn } from './trend.ts'
import { verdictLines } from './verdict-lines.ts'

const plain = pc.createColors(false)
const line = (count: number, from: number, step: number) =>
  Array.from({ length: count }, (_, index) => ({ at: index * 1000, value: from + index * step }))

describe('sparkline', () => {
  test('goes from zero to the limit, keeps a gap a gap, and a value above the limit is the highest', () => {
    expect(sparkline([0, 5, 10], 10)).toBe('▁▅█')
    expect(sparkline([0, undefined, 20], 10)).toBe('▁·█')
    expect(sparkline([0, 0], 0)).toBe('▁▁')
  })
})

describe('the time until a limit is reached', () => {
  test('goes on with the newest points', () => {
    expect(reachesLimitIn(line(6, 1, 1), 10, true)).toBeCloseTo(4000)
    expect(reachesLimitIn(line(6, 10, -1), 3, false)).toBeCloseTo(2000)
  })
  test('is not said of what stands still, moves away, has few points, is beyond already or needs more than a minute', () => {
    expect(reachesLimitIn(line(6, 5, 0), 10, true)).toBeUndefined()
    expect(reachesLimitIn(line(6, 9, -1), 10, true)).toBeUndefined()
    expect(reachesLimitIn(line(3, 1, 1), 10, true)).toBeUndefined()
    expect(reachesLimitIn(line(6, 11, 1), 10, true)).toBeUndefined()
    expect(reachesLimitIn(line(6, 1, 0.01), 10, true)).toBeUndefined()
  })
})

describe('the stepper', () => {
  const { records } = weakRun()
  test('names every stage of the way exactly once, in order', () => {
    const words = stepper(foldRun(records), plain, 200).join('  ')
    expect(words.match(/[a-z]+/g)).toEqual([...STAGES])
  })
  test('wraps at the width, and in a very small one says only where it is', () => {
    for (const row of stepper(foldRun(records), plain, 80)) expect(visibleLength(row)).toBeLessThanOrEqual(80)
    expect(stepper(NO_RUN, plain, 40)).toEqual([`1 of ${STAGES.length}: charter`])
  })
  test('marks a stage that was passed over', () => {
    const begun = foldRun([
      { at: 1, body: { kind: 'stage', stage: 'charter', state: 'done', detail: '' } },
      { at: 2, body: { kind: 'stage', stage: 'plan', state: 'failed', detail: 'x' } },
    ])
    expect(stepper(begun, plain, 200)[0]).toMatch(/^charter ✓ {2}check – {2}plan ✗ {2}policy/)
  })
})

describe('load of the last seconds', () => {
  const slice = (from: number, ok: number) =>
    ({
      kind: 'load',
      from,
      to: from + 1000,
      scheduled: 50,
      ok,
      failed: {},
      latencies: Array.from({ length: 50 }, (_, index) => index + 1),
      lateMs: 0,
    }) as const
  test('is none before the first answer', () => {
    expect(new LoadWindow().now()).toBeUndefined()
  })
  test('forgets what is older than five seconds, and takes slices out of order', () => {
    const load = new LoadWindow()
    for (const [from, ok] of [
      [0, 0],
      [7000, 50],
      [6000, 45],
    ] as const)
      load.add(slice(from, ok))
    expect(load.now()).toEqual({ sentPerSecond: 50, okRatio: 0.95, p50: 25, p99: 50 })
  })
})

describe('lines for a log', () => {
  test.each([
    ['weak', weakRun],
    ['held', heldRun],
    ['refused', refusedRun],
  ] as const)('%s: each line is one line with its time, and unchanged gates are told once', (_, make) => {
    let view = NO_RUN
    const lines: string[] = []
    for (const record of make().records) {
      const text = eventLine(record, view)
      view = foldRecord(view, record)
      if (text !== undefined) lines.push(text)
    }
    for (const text of lines) expect(text).toMatch(/^\d\d:\d\d:\d\d {2}\S[^\n]*$/)
    const gates = lines.flatMap((text) => /^\S+ {2}gate (\S+ \S+)/.exec(text)?.[1] ?? [])
    for (const [index, text] of gates.entries())
      expect(text).not.toBe(gates.slice(0, index).findLast((before) => before.split(' ')[0] === text.split(' ')[0]))
    expect(lines.some((text) => text.endsWith(view.verdict?.sentence ?? 'no verdict'))).toBe(true)
  })
})

test('the line of an opened enclosure names all that is not isolated', () => {
  const opened = {
    at: 0,
    body: { kind: 'opened', containment: 'process', weaker: ['No wall.', 'No network.', 'No limit.'], targets: ['web#1'] },
  } as const
  expect(eventLine(opened, NO_RUN)).toMatch(/opened in process with web#1; not isolated: no wall; no network; no limit$/)
})

test('lines for a log, the plan and the live view of a run with one of each say no plural of one', () => {
  const records = runOfOne()
  const lines = records.map((record, index) => eventLine(record, foldRun(records.slice(0, index)))).join('\n')
  expect(lines).toContain('preflight: 1 check passed')
  expect(lines).toContain('holding with 1 of 1 target')
  expect(lines).toContain('put back and verified: 1 act in')
  const digested = foldRun(records).planned
  if (digested === undefined) throw new Error('the run of one has a plan')
  const screen = frame(foldRun(records), { load: undefined, leaseUntil: undefined, notice: '', help: false, logs: undefined, keys: true }, plain, 0, {
    columns: 120,
    rows: 40,
  })
  expect([lines, planText(digested, plain), ...screen].join('\n')).not.toMatch(PLURAL_OF_ONE)
})

describe('what is owed', () => {
  test('names targets and states while something is, and says when nothing is', () => {
    const act = (what: 'owed' | 'injected' | 'verified') =>
      ({ at: 1, body: { kind: 'act', agentSeq: 1, agentHead: '', act: { act: 'a1', stage: 1, target: 'worker#2', what, detail: '' } } }) as const
    expect(owedText(foldRun([act('owed'), act('injected')]))).toContain('worker#2 (injected)')
    expect(owedText(foldRun([act('owed'), act('injected'), act('verified')]))).toContain('nothing is owed;')
  })
})

describe('the end of a run', () => {
  test('is one sentence and five lights with shape, word and reason, wrapped where there is a width', () => {
    const { verdict } = foldRun(weakRun().records)
    if (verdict === undefined) throw new Error('the synthetic run has a verdict')
    const lines = verdictLines(verdict, plain, undefined)
    expect(lines).toHaveLength(7)
    for (const light of lines.slice(2)) expect(light).toMatch(/^ [✓✗?–] (hypothesis|effect|rollback|containment|evidence) +[a-z]+ +\S/)
    for (const row of verdictLines(verdict, plain, 70)) expect(visibleLength(row)).toBeLessThanOrEqual(70)
  })
})

test('the end of a run that never injected is no red cross, and has the words of the report', () => {
  const { verdict } = foldRun(refusedRun().records)
  if (verdict === undefined) throw new Error('the synthetic run has a verdict')
  const missed = {
    ...verdict,
    effect: { state: 'did-not-land', why: 'nothing was injected' },
    evidence: { state: 'gaps', why: 'a file is missing' },
  } as const
  const lines = verdictLines(missed, plain, undefined)
  expect(lines.join('\n')).not.toContain('✗')
  for (const { name, word } of lights(missed)) expect(lines.some((text) => text.slice(3).startsWith(`${name.padEnd(12)} ${word} `))).toBe(true)
  expect(lines).toContain(' – effect       nothing injected nothing was injected')
  expect(lines).toContain(' ? evidence     has gaps         a file is missing')
})

test('what a service wrote reaches no terminal as it is: not in an event, the live view or the end', () => {
  const detail = 'open failed: \u001b[2J\u009b31mbad\nnews\u202e'
  const failed = { seq: 1, at: 0, prev: '', digest: '', body: { kind: 'stage', stage: 'open', state: 'failed', detail } } as const
  expect(eventLine(failed, NO_RUN)).toMatch(/open failed: open failed: bad news$/)
  const { verdict } = foldRun(refusedRun().records)
  if (verdict === undefined) throw new Error('the synthetic run has a verdict')
  const told = { ...verdict, sentence: detail, effect: { ...verdict.effect, why: detail } }
  expect(
    verdictLines(told, plain, undefined)
      .join('')
      .match(/open failed: bad news/g),
  ).toHaveLength(2)
  const out: string[] = []
  const sink = { isTTY: true, columns: 100, rows: 30, write: (text: string) => out.push(text) }
  const screen = runScreen(makeOutput(sink, {}, false), sink, true)
  screen.onRecord({ ...failed, body: { kind: 'end-cause', cause: 'error', detail, first: true } })
  screen.onLog({ service: 'web#1', line: 'a\tb\u009b2J' })
  screen.key('logs')
  screen.end()
  expect(out.at(-2)).toContain('ending: open failed: bad news\u001b')
  expect(out.at(-2)).toContain('web#1  a  b\u001b')
})

describe('the screen', () => {
  const screenOn = (json: boolean) => {
    const out: string[] = []
    const sink = { isTTY: true, columns: 100, rows: 30, write: (text: string) => out.push(text) }
    return { out, screen: runScreen(makeOutput(sink, {}, json), sink, true) }
  }
  test('on a terminal ends once, without keys, so that what is said after it stands below it', () => {
    const { out, screen } = screenOn(false)
    for (const record of weakRun().records) screen.onRecord(record)
    screen.onLog({ service: 'worker#1', line: '\u001b[2Jhello\r' })
    screen.key('logs')
    screen.end()
    const written = out.length
    screen.end()
    expect(out).toHaveLength(written)
    expect(out.at(-1)).toBe('\u001b[?25h')
    expect(out.at(-2)).not.toContain('abort now')
    expect(out.at(-2)).toContain('worker#1  hello\u001b')
  })
  test('in JSON tells records and nothing else', () => {
    const { out, screen } = screenOn(true)
    for (const record of weakRun().records) screen.onRecord(record)
    screen.notice('aborting')
    screen.end()
    expect(out.map((line) => (JSON.parse(line) as { record: { seq: number } }).record.seq)).toEqual(weakRun().records.map(({ seq }) => seq))
  })
})

describe('the painter', () => {
  const terminal = () => {
    const out: string[] = []
    return { out, columns: 80, rows: 24, write: (text: string) => out.push(text) }
  }
  test('draws over what it drew, clears what is left over, and gives the cursor back', () => {
    const screen = terminal()
    const painter = new Painter(screen)
    painter.draw(['one', 'two'])
    painter.draw(['three'])
    painter.leave(true)
    expect(screen.out).toEqual(['\u001b[?25l', '\rone\u001b[K\ntwo\u001b[K\n\u001b[J', '\r\u001b[2Athree\u001b[K\n\u001b[J', '\u001b[?25h'])
  })
  test('starts from a clean screen when the terminal became narrower', () => {
    const screen = terminal()
    const painter = new Painter(screen)
    painter.draw(['one'])
    screen.columns = 40
    painter.draw(['one'])
    painter.leave(true)
    expect(screen.out[2]).toMatch(/^\u001b\[2J\u001b\[H/)
  })
  test('leaves no listener behind', () => {
    const before = process.listenerCount('exit')
    new Painter(terminal()).leave(true)
    expect(process.listenerCount('exit')).toBe(before)
  })
})
