import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Body } from '@safechaos/core'
import { exportLedger, openLedger, verifyLedger } from '@safechaos/engine'
import { type Bench, type Row, timed } from './bench.ts'

/** As many gate states as a busy second brings. */
const GROUP = 50
const APPENDS = 20_000
/** Fewer would measure the start. */
const FEWEST = 1000
const GOAL_PER_SECOND = 5000
const GOAL_VERIFY_MS = 60_000

const body: Body = {
  kind: 'gate',
  state: {
    gate: 'errorRatio',
    state: 'OK',
    value: 0.0123,
    reason: undefined,
    detail: '1.2 % of 50 requests',
    newest: 1_700_000_000_000,
    nearing: false,
  },
}

export const ledger: Bench = {
  name: 'ledger',
  title: 'Ledger: durable appends, and the time to verify',
  how: `SQLite in WAL with synchronous=FULL, records of a gate's state. \`n\` is the number of appends (20,000 by default, at least 1,000) and, times 50, of the records that are verified. The goals are ${GOAL_PER_SECOND} grouped appends a second, and a million records verified in a minute.`,
  usesSeed: false,
  run: async ({ n: wanted = APPENDS }) => {
    const n = Math.max(wanted, FEWEST)
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-bench-'))
    try {
      const one = await appends(join(folder, 'one.db'), Math.ceil(n / 10), 1)
      const grouped = await appends(join(folder, 'grouped.db'), n, GROUP)
      const verified = await verifying(folder, n * 50)
      return { rows: [one.row, grouped.row, ...verified.rows], notes: [one.note, grouped.note, ...verified.notes] }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function appends(path: string, count: number, group: number): Promise<{ readonly row: Row; readonly note: string }> {
  const file = openLedger(path)
  const values: number[] = []
  for (let done = 0; done < count; done += group) {
    values.push(
      await timed(() => {
        for (let each = 0; each < group; each += 1) file.appendSoon(body)
        file.flush()
      }),
    )
  }
  file.close()
  const perSecond = Math.round((values.length * group * 1000) / values.reduce((sum, ms) => sum + ms, 0))
  const what = group === 1 ? 'one append, durable' : `${group} appends, durable together`
  const goal = { goal: `≥ ${GOAL_PER_SECOND} appends/s`, met: () => perSecond >= GOAL_PER_SECOND }
  return { row: { what, values, ...(group === 1 ? {} : goal) }, note: `${what}: ${perSecond} appends a second` }
}

async function verifying(folder: string, count: number): Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }> {
  const path = join(folder, 'verify.db')
  const jsonl = join(folder, 'ledger.jsonl')
  const file = openLedger(path)
  for (let done = 1; done <= count; done += 1) {
    file.appendSoon(body)
    if (done % 1000 === 0) file.flush()
  }
  file.flush()
  exportLedger(file.lines(), jsonl)
  file.close()
  const rows: Row[] = []
  for (const [name, at] of [
    ['ledger.db', path],
    ['ledger.jsonl', jsonl],
  ] as const) {
    const ms = await timed(() => {
      const check = verifyLedger(at)
      if (!check.ok || check.records !== count) throw new Error(`the ledger did not verify: ${JSON.stringify(check)}`)
    })
    const perMillion = (ms * 1_000_000) / count
    rows.push({ what: `${count} records of ${name} verified`, values: [ms], goal: '10⁶ in ≤ 60 s', met: () => perMillion <= GOAL_VERIFY_MS })
  }
  return { rows, notes: [`${count} records are ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB as ledger.db`] }
}
