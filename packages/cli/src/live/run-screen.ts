import { foldRecord, type LedgerRecord, NO_RUN, type RunView, type Sample } from '@safechaos/core'
import { harmless } from '../output/harmless.ts'
import type { Output } from '../output/output.ts'
import { eventLine } from './event-line.ts'
import { frame } from './frame.ts'
import { LoadWindow } from './load-window.ts'
import { Painter, type Terminal } from './painter.ts'

/** What a screen is told while a run goes on. */
export interface RunScreen {
  readonly onRecord: (record: LedgerRecord) => void
  readonly onSample: (sample: Sample) => void
  readonly onLog: (line: { readonly service: string; readonly line: string }) => void
  readonly onLease: (until: number) => void
  /** A word to the person at this terminal; the latest one stands. */
  readonly notice: (text: string) => void
  readonly key: (name: 'logs' | 'help') => void
  readonly view: RunView
  /** Ends the drawing, with what was drawn last left on the screen. Idempotent. */
  readonly end: () => void
}

/** Ten pictures a second at most, and ages that move four times a second. */
const DRAW_MS = 100
const LOGS_KEPT = 200

/** A screen that draws in place on a terminal, says one line per event elsewhere, and one JSON line per record in JSON mode. */
export function runScreen(output: Output, terminal: Terminal, keys: boolean): RunScreen {
  return output.live ? liveScreen(output, terminal, keys) : lineScreen(output)
}

function lineScreen(output: Output): RunScreen {
  let view = NO_RUN
  return {
    onRecord: (record) => {
      const line = output.json ? undefined : eventLine(record, view)
      view = foldRecord(view, record)
      if (line !== undefined) output.say(line)
      output.record({ record })
    },
    onSample: () => undefined,
    onLog: () => undefined,
    onLease: () => undefined,
    notice: (text) => output.say(text),
    key: () => undefined,
    get view() {
      return view
    },
    end: () => undefined,
  }
}

function liveScreen(output: Output, terminal: Terminal, keys: boolean): RunScreen {
  let view = NO_RUN
  let leaseUntil: number | undefined
  const load = new LoadWindow()
  const logs: string[] = []
  const shown = { logs: false, help: false, notice: '' }
  const painter = new Painter(terminal)
  const draw = (keysNow: boolean): void => {
    const moment = { load: load.now(), leaseUntil, notice: shown.notice, help: shown.help, logs: shown.logs ? logs : undefined, keys: keysNow }
    painter.draw(frame(view, moment, output.paint, Date.now(), painter.size))
  }
  let over = false
  const timer = setInterval(() => draw(keys), DRAW_MS)
  timer.unref()
  return {
    onRecord: (record) => {
      view = foldRecord(view, harmlessRecord(record))
    },
    onSample: (sample) => {
      if (sample.kind === 'load') load.add(sample)
    },
    onLog: ({ service, line }) => {
      logs.push(`${service}  ${tabless(harmless(line))}`)
      if (logs.length > LOGS_KEPT) logs.shift()
    },
    onLease: (until) => {
      leaseUntil = until
    },
    notice: (text) => {
      shown.notice = text
    },
    key: (name) => {
      shown[name] = !shown[name]
    },
    get view() {
      return view
    },
    end: () => {
      if (over) return
      over = true
      clearInterval(timer)
      draw(false)
      painter.leave(true)
    },
  }
}

/** Details quote what services wrote, which must not move our cursor. */
const harmlessRecord = (record: LedgerRecord): LedgerRecord =>
  JSON.parse(JSON.stringify(record), (_, value: unknown) => (typeof value === 'string' ? tabless(harmless(value)) : value)) as LedgerRecord

/** Nobody knows how wide a tab is drawn. */
const tabless = (text: string): string => text.replaceAll('\t', '  ')
