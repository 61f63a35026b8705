import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LedgerCheck, openLedger, verifyLedger } from '@safechaos/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'

const support = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url))
const OWN_MOUNTS = ['--user', '--map-root-user', '--mount']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a disk that fills up in mid-run costs no record: they are kept, written late, and the chain is whole; at the start it is a refusal', (context) => {
  if (spawnSync('unshare', [...OWN_MOUNTS, 'true']).status !== 0) {
    context.skip('no mount namespace without root here. Enable it with: sysctl -w kernel.unprivileged_userns_clone=1')
  }
  const script = 'mount -t tmpfs -o size=256k tmpfs "$1" && exec "$2" "$3" "$1"'
  const { stdout, stderr } = spawnSync(
    'unshare',
    [...OWN_MOUNTS, 'sh', '-c', script, 'sh', folder, process.execPath, support('ledger-on-a-full-disk.ts')],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  )
  expect(stderr).toBe('')
  const told = JSON.parse(stdout) as { full: object; freed: object; check: LedgerCheck; refused: string }
  expect(told.full).toEqual({ failure: 'SC_LEDGER', waiting: 20 })
  expect(told.freed).toEqual({ failure: 'SC_LEDGER', waiting: 0 })
  expect(told.check).toMatchObject({ ok: true, records: 23 })
  expect(told.refused).toBe('SC_LEDGER')
})

test('a controller that is killed loses no record that it was told is durable, and the ledger goes on', async () => {
  const path = join(folder, 'ledger.db')
  for (let kill = 1; kill <= 5; kill++) {
    const durable = await killAfter(path, 300 + kill * 37)
    const check = verifyLedger(path)
    expect(check).toMatchObject({ ok: true })
    expect(check.ok && check.records).toBeGreaterThanOrEqual(durable)
  }
  const ledger = openLedger(path)
  ledger.append({ kind: 'late', what: 'the one who came after' })
  ledger.close()
  expect(verifyLedger(path).ok).toBe(true)
})

/** Lets a process append until it is killed; the last number that it said is durable. */
async function killAfter(path: string, ms: number): Promise<number> {
  const child = spawn(process.execPath, [support('append-to-ledger.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child.stdout, 'data')
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  await once(child, 'close')
  clearTimeout(timer)
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1))
}
