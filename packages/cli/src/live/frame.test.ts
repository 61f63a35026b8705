import { foldRun, type RunView } from '@safechaos/core'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { SYNTHETIC_ZERO, weakRun } from '../../../../test/support/synthetic-run.ts'
import { visibleLength } from '../output/table.ts'
import { frame, type Moment } from './frame.ts'

const plain = pc.createColors(false)
const colored = pc.createColors(true)
const { records } = weakRun()
const until = (ms: number): RunView => foldRun(records.filter(({ at }) => at <= SYNTHETIC_ZERO + ms))
const CALM: Moment = {
  load: { sentPerSecond: 49.94, okRatio: 0.996, p50: 12, p99: 180 },
  leaseUntil: SYNTHETIC_ZERO + 14_100,
  notice: '',
  help: false,
  logs: undefined,
  keys: true,
}
const WIDE = { columns: 112, rows: 30 }
const at = (ms: number): number => SYNTHETIC_ZERO + ms

describe('the live view', () => {
  test('shows where the run is, what is broken, every gate, the load, the lease and the keys', () => {
    const text = frame(until(12_000), CALM, plain, at(12_000), WIDE).join('\n')
    expect(text).toContain('worker-kill-weak')
    expect(text).toMatch(/stage 2 of 3: 2 of 4 targets {3}0:12 of 2:00 under fault/)
    expect(text).toMatch(/baseline ✓ {2}ramp ● {2}revert {2}verify/)
    expect(text).toMatch(/fault {3}process\.kill {3}worker#1 /)
    expect(text).toMatch(/lease 2\.1 s$/m)
    expect(text).toMatch(/gates {3}.*limit .*(OK|BREACH|UNKNOWN).* s old/)
    expect(text).toMatch(/load .*asked · 49\.9\/s sent · 99\.6 % ok · p50 12 ms · p99 180 ms/)
    expect(text).toMatch(/a {2}abort now \(worst case .* s: dispatch .*, revert .*, verify .*\) {5}l {2}logs {5}\? {2}help/)
  })

  test('is a pure function: the same view at the same instant gives the same lines', () => {
    expect(frame(until(9000), CALM, plain, at(9000), WIDE)).toEqual(frame(until(9000), CALM, plain, at(9000), WIDE))
  })

  test.each([20, 40, 60, 80, 110, 200])('at %i columns no line is wider than the terminal, with or without colours', (columns) => {
    for (const paint of [plain, colored]) {
      for (const ms of [-5000, 0, 12_000, 30_000]) {
        for (const line of frame(until(ms), CALM, paint, at(ms), { columns, rows: 40 })) expect(visibleLength(line)).toBeLessThan(columns)
      }
    }
  })

  test.each([4, 8, 12, 24])('at %i rows there are fewer lines than rows, and the keys are still there', (rows) => {
    const lines = frame(until(12_000), { ...CALM, logs: Array.from({ length: 50 }, (_, index) => `line ${index}`) }, plain, at(12_000), {
      columns: 100,
      rows,
    })
    expect(lines.length).toBeLessThan(rows)
    expect(lines.at(-1)).toContain('a  abort now')
  })

  test('shows the newest log lines in the room that is left', () => {
    const lines = frame(until(12_000), { ...CALM, logs: ['old', 'worker#1  started'] }, plain, at(12_000), WIDE)
    expect(lines.join('\n')).toContain('worker#1  started')
  })

  test('says that it is being aborted before the record of it comes, and then the cause and the proof that all is back', () => {
    expect(frame(until(12_000), { ...CALM, notice: 'aborting: everything is being put back' }, plain, at(12_000), WIDE).join('\n')).toContain(
      'aborting: everything is being put back',
    )
    const end = frame(until(60_000), CALM, plain, at(60_000), WIDE).join('\n')
    expect(end).toMatch(/ending: /)
    expect(end).toMatch(/everything put back and verified in /)
    expect(end).not.toMatch(/lease \d/)
  })

  test('before anything is read it says so and does not fail', () => {
    expect(frame(foldRun([]), { ...CALM, load: undefined, leaseUntil: undefined }, plain, at(0), WIDE).join('\n')).toContain('reading the charter')
  })

  test('shows every sentence of what is not isolated; where there is no room, as many as fit and how many more', () => {
    const weaker = ['Services see this machine.', 'Services share its network.', 'Memory has no limit at all, and neither has anything else.']
    const opened = until(12_000).opened
    if (opened === undefined) throw new Error('the synthetic run was opened')
    const view: RunView = { ...until(12_000), opened: { ...opened, containment: 'process', weaker } }
    const shown = (rows: number, columns = 112, logs?: string[]) =>
      frame(view, { ...CALM, logs }, plain, at(12_000), { columns, rows })
        .join(' ')
        .replaceAll(/ +/g, ' ')
    expect(shown(30)).toContain(`not isolated in process: ${weaker.join(' ')}`)
    expect(shown(30, 60)).toContain(`not isolated in process: ${weaker.join(' ')}`)
    const full = frame(view, CALM, plain, at(12_000), { columns: 112, rows: 30 }).length
    expect(shown(full + 1)).toContain(weaker[2])
    expect(shown(full)).toContain(`${weaker[0]} and 2 more, which the report names`)
    expect(shown(30, 112, ['web#1 hello'])).toContain(`${weaker[0]} and 2 more, which the report names`)
  })

  test('hides the keys where there is no keyboard, and explains them on request', () => {
    expect(frame(until(0), { ...CALM, keys: false }, plain, at(0), WIDE).join('\n')).not.toContain('abort now')
    expect(frame(until(0), { ...CALM, help: true }, plain, at(0), WIDE).join('\n')).toContain('it never asks')
  })
})
