/**
 * The ledger's numbers: durable appends one by one and grouped, and the time to verify. `node test/bench/ledger.ts [appends] [verified]`;
 * the goals (5,000 grouped appends a second, 10⁶ records verified in 60 s) are measured with `node test/bench/ledger.ts 20000 1000000`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Body } from '@safechaos/core'
import { exportLedger, openLedger, verifyLedger } from '@safechaos/engine'

const appends = Number(process.argv[2] ?? 500)
const verified = Number(process.argv[3] ?? 20_000)
/** As many gate states as a busy second brings. */
const GROUP = 50

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
const folder = mkdtempSync(join(tmpdir(), 'ledger-bench-'))
try {
  const [cpu] = cpus()
  print(
    `machine: ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`,
  )
  oneByOne()
  grouped()
  verifying()
} finally {
  rmSync(folder, { recursive: true })
}

function oneByOne(): void {
  const ledger = openLedger(join(folder, 'one.db'))
  const times = Array.from({ length: appends }, () => timed(() => ledger.append(body)))
  ledger.close()
  report('appends one by one', appends, 1, times)
}

function grouped(): void {
  const ledger = openLedger(join(folder, 'grouped.db'))
  const times = Array.from({ length: Math.ceil(appends / GROUP) }, () =>
    timed(() => {
      for (let n = 0; n < GROUP; n++) ledger.appendSoon(body)
      ledger.flush()
    }),
  )
  ledger.close()
  report(`appends in groups of ${GROUP}`, times.length * GROUP, GROUP, times)
}

function verifying(): void {
  const path = join(folder, 'verify.db')
  const jsonl = join(folder, 'ledger.jsonl')
  const ledger = openLedger(path)
  for (let n = 1; n <= verified; n++) {
    ledger.appendSoon(body)
    if (n % 1000 === 0) ledger.flush()
  }
  ledger.flush()
  exportLedger(ledger.lines(), jsonl)
  ledger.close()
  for (const file of [path, jsonl]) {
    const ms = timed(() => {
      const check = verifyLedger(file)
      if (!check.ok || check.records !== verified) throw new Error(`the ledger did not verify: ${JSON.stringify(check)}`)
    })
    print(
      `verify ${file === path ? 'ledger.db' : 'ledger.jsonl'}: n ${verified}, ${(ms / 1000).toFixed(2)} s, ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`,
    )
  }
}

function timed(act: () => void): number {
  const began = performance.now()
  act()
  return performance.now() - began
}

function report(what: string, n: number, each: number, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2)
  const perSecond = Math.round((times.length * each * 1000) / times.reduce((sum, ms) => sum + ms, 0))
  print(`${what}: n ${n}, ${perSecond}/s, each transaction p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
