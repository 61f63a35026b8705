import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLedger } from '@safechaos/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callIn } from '../../../../test/support/call-in.ts'

let folder: string
let runDir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-logs-'))
  runDir = join(folder, '.safechaos/runs/abc123')
  mkdirSync(runDir, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const logs = (...words: readonly string[]) => callIn(folder, ['logs', ...words])

/** A run that had these replicas, of which web#1 wrote one line if `spoke`. */
function runWith(replicas: readonly string[], spoke: boolean, said = 'hello'): void {
  const ledger = openLedger(join(runDir, 'ledger.db'))
  for (const service of replicas) ledger.append({ kind: 'service', service, state: 'up', detail: '' })
  ledger.close()
  if (spoke) writeFileSync(join(runDir, 'logs.jsonl'), `${JSON.stringify({ at: 0, service: 'web#1', stream: 'out', line: said })}\n`)
}

test('that there is nothing is said, and in JSON nothing is nothing', async () => {
  runWith(['web#1', 'db#1'], false)
  expect(await logs()).toEqual({ exit: 0, out: 'nothing was logged in abc123\n', err: '' })
  expect(await logs('db')).toEqual({ exit: 0, out: 'nothing was logged by db in abc123\n', err: '' })
  expect(await logs('--json')).toEqual({ exit: 0, out: '', err: '' })
  expect((await logs('--follow')).out).toBe('nothing was logged in abc123 yet\n')
})

test('a service is asked for by its name or by that of a replica', async () => {
  runWith(['web#1', 'web#2', 'db#1'], true)
  for (const service of ['web', 'web#1']) expect((await logs(service)).out).toMatch(/web#1 {2}hello\n$/)
  expect((await logs('web#2')).out).toBe('nothing was logged by web#2 in abc123\n')
})

test('a service that does not exist is wrong usage, and those that do are named', async () => {
  runWith(['web#1', 'web#2', 'db#1'], true)
  expect(await logs('wep')).toEqual({ exit: 64, out: '', err: 'abc123 has no service "wep"; it has web, db [SC_USAGE]\n  did you mean web?\n' })
  expect((await logs('ledger')).err).toContain('name one of them')
})

test('of a run that never came to its services nobody can say that a service does not exist', async () => {
  runWith([], false)
  expect((await logs('web')).out).toBe('nothing was logged by web in abc123\n')
})

test('what a service wrote does nothing to the terminal, and is in JSON as it was', async () => {
  const said = 'a\tb\u001b[2J\u009b31m\u202ec'
  runWith(['web#1'], true, said)
  expect((await logs()).out).toMatch(/web#1 {2}a\tbc\n$/)
  expect(JSON.parse((await logs('--json')).out)).toMatchObject({ line: said })
})
