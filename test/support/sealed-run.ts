import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf, runFolder, sha256 } from '@safechaos/agent'
import type { Body, Plan } from '@safechaos/core'
import { openLedger, openRunFolder } from '@safechaos/engine'
import { systemClock } from '../../packages/engine/src/run/clock.ts'
import { Desk, type DeskPorts } from '../../packages/engine/src/run/desk.ts'
import { judgeRun } from '../../packages/engine/src/run/judge-run.ts'
import { endRecord, report } from '../../packages/engine/src/run/report.ts'
import { heldRun } from './synthetic-run.ts'

const CHARTER = 'hypothesis: it holds\n'

/** The folder of a run that was judged, reported and closed by the engine itself; only what happened in it is made up. */
export async function sealedRun(): Promise<{ readonly folder: string; readonly runDir: string; readonly stateDir: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-sealed-'))
  const stateDir = join(folder, 'state')
  mkdirSync(runFolder(stateDir, 'r1').folder, { recursive: true })
  const runs = openRunFolder(join(folder, 'lab'), 'r1')
  const ports = { run: 'r1', stateDir, clock: systemClock, ledger: openLedger(runs.path('ledger.db')), folder: runs, hooks: {} }
  const desk = new Desk(ports as unknown as DeskPorts)
  desk.tell()
  const { records, samples, logs } = heldRun()
  for (const { body } of records) {
    if (body.kind === 'verdict') continue
    if (body.kind === 'plan') write(desk, body)
    else desk.note(body)
  }
  for (const sample of samples) runs.samples.append(sample)
  for (const line of logs) runs.logs.append(line)
  await desk.stage('judge', async () => judgeRun(desk))
  await desk.stage('report', async () => report(desk))
  await desk.stage('learn', async () => '')
  await endRecord(desk)
  return { folder, runDir: runs.dir, stateDir }
}

function write(desk: Desk, { planned }: Extract<Body, { kind: 'plan' }>): void {
  const { folder } = desk.ports
  const plan: Plan = JSON.parse(JSON.stringify({ ...planned.plan, charter: { ...planned.plan.charter, digest: sha256(CHARTER) } })) as Plan
  const digested = { plan, digest: digestOf(plan) }
  desk.record({ kind: 'plan', planned: digested })
  folder.write('charter.yaml', CHARTER)
  folder.write('plan.json', `${JSON.stringify(digested, undefined, 2)}\n`)
}
