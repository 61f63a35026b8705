import { spawnSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { listLocks, listOwed } from '@safechaos/agent'
import { describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { processesOfRun } from '../support/outside.ts'
import { holding, type RealLab, realLab, skipLoudly } from '../support/real-lab.ts'

function initOf(lab: RealLab, run: string): number {
  const owed = listOwed(lab.stateDir).flatMap((file) => (file.owed?.kind === 'enclosure' && file.run === run ? [file.owed] : []))[0]
  return owed?.identity?.initPid ?? 0
}

/** Locked, refused, and free again when a person has typed the word. */
async function expectLockedUntilCleared(lab: RealLab, run: string): Promise<void> {
  expect(listLocks(lab.stateDir)).toMatchObject([{ state: 'unclean', run }])
  expect(lab.cli('status').status).toBe(5)
  const next = await lab.run(lab.write('charters/next.yaml', calmCharter({ ramp: '{ steps: [100%], hold: 300ms }' })))
  expect(next.exit).toBe(3)
  expect(next.told.acts()).toEqual([])
  expect(JSON.stringify(next.told.bodies('end-cause'))).toContain(`run ${run} could not put back`)
  expect(lab.cli('recover')).toMatchObject({ status: 0, stdout: expect.stringContaining('free again: dev') as string })
  expect(lab.cli('status').status).toBe(0)
  const after = await lab.run(join(lab.labDir, 'charters/next.yaml'))
  expect(after.exit, JSON.stringify(after.told.end)).toBe(0)
}

describe.concurrent('an undo that fails', () => {
  test('since nobody inside answers any more: tried again, then UNCLEAN and locked until a person clears it', async () => {
    using lab = realLab(CALM_STACK)
    const run = lab.start(lab.write('charters/pause.yaml', calmCharter()))
    await run.until(holding)
    await run.until((body) => body.kind === 'landed')
    process.kill(initOf(lab, run.told.run), 'SIGSTOP')
    expect(lab.cli('abort', run.told.run, '--json').status).not.toBe(64)
    expect(await run.ended).toBe(5)
    expect(run.told.acts('undone').length).toBeGreaterThan(1)
    expect(run.told.acts('stuck')).toHaveLength(1)
    expect(run.told.end?.verdict.rollback.state).toBe('stuck')
    expect(processesOfRun(run.told.run)).toEqual([])
    await expectLockedUntilCleared(lab, run.told.run)
  })

  test('since its tool fails inside the enclosure: tried again, then UNCLEAN and locked until a person clears it', async (context) => {
    if (process.getuid?.() !== 0) skipLoudly(context, 'only root can break a tool inside a standing enclosure', 'sudo npm test -- e2e')
    using lab = realLab(CALM_STACK)
    const fault = '{ kind: net.partition, between: [api, worker] }'
    const run = lab.start(lab.write('charters/cut.yaml', calmCharter({ fault })))
    await run.until((body) => body.kind === 'landed' || body.kind === 'end-cause')
    if (run.told.bodies('opened')[0]?.containment !== 'sandbox' || run.told.acts('injected').length === 0)
      skipLoudly(context, 'net.partition needs the sandbox and nft', 'scripts/install-system.sh')
    const init = String(initOf(lab, run.told.run))
    const inside = (...words: string[]) => spawnSync('nsenter', ['-t', init, '-m', ...words], { encoding: 'utf8', timeout: 5000 })
    expect(readlinkSync(`/proc/${init}/ns/mnt`)).not.toBe(readlinkSync('/proc/self/ns/mnt'))
    const nft = inside('sh', '-c', 'command -v nft').stdout.trim()
    expect(inside('mount', '--bind', '/bin/false', nft)).toMatchObject({ status: 0, stderr: '' })
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(5)
    expect(run.told.acts('undone').length).toBeGreaterThan(1)
    expect(run.told.acts('stuck')).toHaveLength(1)
    expect(run.told.end?.verdict).toMatchObject({ endedBy: 'operator', rollback: { state: 'stuck' } })
    await expectLockedUntilCleared(lab, run.told.run)
  })
})

test('a service that does not come back is no residue: the undo gave it back, and what it does is for the hypothesis', async () => {
  using lab = realLab(CALM_STACK)
  lab.write(
    'stacks/compose.yaml',
    `${CALM_STACK['stacks/compose.yaml']}  frail: { command: node frail.mjs, restart: "no", volumes: ["./data:/data"] }\n`,
  )
  lab.write('stacks/data/.gitkeep', '')
  lab.write(
    'stacks/frail.mjs',
    `import { existsSync, writeFileSync } from 'node:fs'
if (existsSync('/data/lived') || existsSync('data/lived')) process.exit(7)
try { writeFileSync('/data/lived', '') } catch { writeFileSync('data/lived', '') }
setInterval(() => {}, 1000)
`,
  )
  const { exit, told } = await lab.run(
    lab.write(
      'charters/frail.yaml',
      calmCharter({
        signals: '{ frail: { stat: processes, service: frail, every: 200ms } }',
        fault: '{ kind: process.kill, target: frail }',
        abort: '{ frail: { breach: "< 1", window: 500ms, fresh: 3s } }',
        ramp: '{ steps: [100%], hold: 1s }',
      }),
    ),
  )
  expect({ exit, cause: told.end?.verdict.endedBy }).toEqual({ exit: 1, cause: 'gate-breach' })
  expect(told.acts('verified')).toHaveLength(1)
  expect(told.end?.verdict).toMatchObject({ rollback: { state: 'clean' }, hypothesis: { state: 'refuted' } })
  expect(told.bodies('residue').flatMap(({ residue }) => residue.found)).toEqual([])
  expect(JSON.stringify(told.bodies('residue'))).toContain('frail#1 does not run, by its own doing')
  expect(listLocks(lab.stateDir)).toEqual([])
})
