import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest'
import { listOwed } from '@safechaos/agent'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { processesOfRun } from '../support/outside.ts'
import { type RealLab, type RealRun, realLab, skipLoudly } from '../support/real-lab.ts'

/** Evidence lies on a disk of its own, which only the processes of the run see. */
const ON_A_SMALL_DISK = 'mount -t tmpfs -o size="$1" tmpfs "$2" && { [ -z "$3" ] || head -c "$3" /dev/zero > "$2/filler"; shift 3; exec "$@"; }'
const isRoot = process.getuid?.() === 0
const possible = isRoot && spawnSync('unshare', ['--mount', 'true']).status === 0

let lab: RealLab
let evidence: string
beforeEach(() => {
  lab = realLab(CALM_STACK)
  evidence = join(lab.labDir, '.safechaos')
  mkdirSync(evidence)
}, 120_000)
afterEach(() => lab[Symbol.dispose]())

const start = (size: string, filler = '', more: Readonly<Record<string, string>> = {}): RealRun =>
  lab.start(lab.write('charters/pause.yaml', calmCharter(more)), ['unshare', '--mount', 'sh', '-c', ON_A_SMALL_DISK, 'sh', size, evidence, filler])

/** The disk of a run as this process reaches it. */
const diskOf = (run: RealRun): string => join('/proc', String(run.child.pid), 'root', evidence)

function fill(disk: string): void {
  const file = join(disk, 'filler')
  for (let size = statfsSync(disk).bavail * statfsSync(disk).bsize; size > 0; size = Math.floor(size / 2)) {
    try {
      writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

function expectNothingLeft(run: string): void {
  expect(listOwed(lab.stateDir)).toEqual([])
  if (run !== '') expect(processesOfRun(run)).toEqual([])
  expect(lab.cli('status').status).toBe(0)
}

describe('a disk for the ledger that is full', () => {
  const skipUnlessRoot = (context: TestContext): void => {
    if (!possible) skipLoudly(context, 'a small disk of its own for one run needs root and a mount namespace', 'sudo npm test -- e2e')
  }

  test('at the start: refused, and nothing is opened', async (context) => {
    skipUnlessRoot(context)
    const run = start('64k', '1m')
    expect(await run.ended).toBe(3)
    expect(run.told.records).toEqual([])
    expect(run.told.error?.problems).toMatchObject([{ code: 'SC_LEDGER' }])
    expectNothingLeft(run.told.run)
  })

  test('in mid-run: the run is aborted and everything put back', async (context) => {
    skipUnlessRoot(context)
    const run = start('2m')
    await run.until((body) => body.kind === 'landed')
    fill(diskOf(run))
    expect(await run.ended).toBe(3)
    expect(run.told.acts('verified')).toHaveLength(1)
    expect(run.told.end?.verdict).toMatchObject({ endedBy: 'ledger-lost', rollback: { state: 'clean' }, evidence: { state: 'gaps' } })
    expectNothingLeft(run.told.run)
  })

  test('at the abort: the abort goes through, and is recorded late when there is room again', async (context) => {
    skipUnlessRoot(context)
    const run = start('2m')
    await run.until((body) => body.kind === 'landed')
    const disk = diskOf(run)
    fill(disk)
    run.child.kill('SIGINT')
    await run.until((body) => body.kind === 'act' && body.act.stage > 0 && body.act.what === 'verified')
    rmSync(join(disk, 'filler'))
    // A record of telemetry may have met the full disk before the person was heard: then that is the first cause.
    expect([2, 3]).toContain(await run.ended)
    expect(run.told.bodies('end-cause').map(({ cause }) => cause)).toContain('operator')
    expect(run.told.end?.verdict).toMatchObject({ rollback: { state: 'clean' }, evidence: { state: 'gaps' } })
    expect(JSON.stringify(run.told.bodies('late'))).toContain('not every record was durable in its time')
    expectNothingLeft(run.told.run)
  })
})
