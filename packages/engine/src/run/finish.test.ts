import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChainBody, digestOf, ownId, type ProcessId, runFolder } from '@safechaos/agent'
import { type ActRecord, type Body, foldRun, GENESIS } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fault, opening } from '../../../core/src/testing/ledger-samples.ts'
import { bootId } from '../../../../test/support/own-process.ts'
import { planOfOne } from '../../../../test/support/run-of-one.ts'
import { openRunFolder } from '../evidence/run-folder.ts'
import { openLedger } from '../ledger/ledger.ts'
import { readRecords } from '../ledger/read-records.ts'
import { sqlite } from '../ledger/sqlite.ts'
import { writeReports } from '../report/write-reports.ts'
import { finishRun } from './finish.ts'

/** A name of its own: what is left is looked for by it on the whole machine. */
const RUN = 'finish-one'
let folder: string
let stateDir: string
let runDir: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-finish-'))
  stateDir = join(folder, 'state')
  mkdirSync(runFolder(stateDir, RUN).folder, { recursive: true, mode: 0o700 })
  const runs = openRunFolder(join(folder, 'lab'), RUN)
  runDir = runs.dir
  await runs.close()
})
afterEach(() => rmSync(folder, { recursive: true }))

const DEAD: ProcessId = { pid: process.pid, start: '1' }
const BEGAN = 1_700_000_000_000
const did = (what: ActRecord['what']): ChainBody => ({ act: { act: 'a1', stage: 1, target: 'worker#1', what, detail: '' } })
const GONE: readonly ChainBody[] = [{ cause: 'controller-lost', detail: 'the controller is gone' }, did('undone'), did('verified')]

/** A run whose record ends under the fault: what the agent wrote after that, and who of it lives. */
function leave(after: readonly ChainBody[], { controller = DEAD, at = 9000 }: { controller?: ProcessId | undefined; at?: number } = {}): void {
  const { agentJson, chain, ended } = runFolder(stateDir, RUN)
  const file = { run: RUN, agent: DEAD, controller, bootId: bootId(), labDir: folder, containment: 'process', detached: false, startedAt: 0 }
  writeFileSync(agentJson, JSON.stringify(file))
  writeFileSync(ended, JSON.stringify({ run: RUN, cause: 'controller-lost', detail: 'it is gone', by: 'agent', stuck: [], at: BEGAN + at }))
  let now = BEGAN
  const ledger = openLedger(join(runDir, 'ledger.db'), () => (now += 100))
  let seq = 0
  const bodies: Body[] = [...opening(planOfOne()), { kind: 'stage', stage: 'ramp', state: 'entered', detail: '' }, ...fault()]
  for (const body of bodies) ledger.append(body.kind === 'act' ? { ...body, agentSeq: seq++ } : body)
  ledger.close()
  let prev: string = GENESIS
  const links = [did('owed'), did('injected'), ...after].map((body, index) => {
    const link = { seq: index, prev, at: BEGAN + 5000 + 100 * index, body }
    prev = digestOf(link)
    return JSON.stringify({ ...link, digest: prev })
  })
  writeFileSync(chain, `${links.join('\n')}\n`)
}
const finish = () => finishRun({ run: RUN, stateDir, runDir })
const records = () => readRecords(join(runDir, 'ledger.db'))

test('the agent’s chain ends the record, at its own instants; the verdict, the reports and the seal follow, and say that they came late', async () => {
  leave(GONE)
  const verdict = await finish()
  expect(verdict).toMatchObject({ endedBy: 'controller-lost', hypothesis: { state: 'inconclusive' }, rollback: { state: 'clean' }, exit: 3 })
  expect(verdict?.evidence).toMatchObject({ state: 'gaps', why: expect.stringContaining('since the controller was gone') as string })
  const view = foldRun(records())
  expect(view.times).toMatchObject({ cause: BEGAN + 5200, reverted: BEGAN + 5400, latest: BEGAN + 9000 })
  expect(view.reverted).toMatchObject({ ms: 200, acts: 1, stuck: [] })
  expect(view.stages.ramp).toMatchObject({ state: 'failed', detail: 'the controller is gone' })
  expect(records().at(-1)?.body.kind).toBe('sealed')
  for (const name of ['residue.json', 'ledger.jsonl', 'report.json', 'report.html', 'postmortem.md'])
    expect(existsSync(join(runDir, name)), name).toBe(true)
})

test('a postmortem that was written before there was a verdict makes room for one that tells it, and is kept', async () => {
  leave(GONE)
  await writeReports(runDir)
  const before = readFileSync(join(runDir, 'postmortem.md'), 'utf8')
  await finish()
  expect(readFileSync(join(runDir, 'postmortem.md'), 'utf8')).toContain('controller-lost')
  expect(readFileSync(join(runDir, 'postmortem.earlier.md'), 'utf8')).toBe(before)
})

test('it happens once, however many ask at once or later', async () => {
  leave(GONE)
  // On a slow machine one of them may be told that another is busy with it.
  const answers = await Promise.allSettled([finish(), finish(), finish()])
  expect(answers.filter((answer) => answer.status === 'fulfilled' && answer.value !== undefined)).toHaveLength(1)
  const before = readFileSync(join(runDir, 'ledger.jsonl'), 'utf8')
  expect(await finish()).toBeUndefined()
  expect(readFileSync(join(runDir, 'ledger.jsonl'), 'utf8')).toBe(before)
  expect(records().filter(({ body }) => body.kind === 'verdict')).toHaveLength(1)
})

describe('nothing is called back', () => {
  test('that the chain does not say was verified gone', async () => {
    leave(GONE.slice(0, 2))
    expect(await finish()).toMatchObject({ rollback: { state: 'stuck', why: expect.stringContaining('worker#1') as string }, exit: 5 })
  })

  test('that stands behind a link that was changed', async () => {
    leave(GONE)
    const { chain } = runFolder(stateDir, RUN)
    writeFileSync(chain, readFileSync(chain, 'utf8').replace('"undone"', '"landed"'))
    expect(await finish()).toMatchObject({ rollback: { state: 'stuck' }, exit: 5 })
  })

  test('while its environment is locked for it', async () => {
    leave(GONE)
    mkdirSync(join(stateDir, 'locks'), { mode: 0o700 })
    const lock = { state: 'unclean', environment: 'dev', run: RUN, epoch: 1, agent: DEAD, bootId: bootId(), owed: ['a folder'] }
    writeFileSync(join(stateDir, 'locks/dev.json'), JSON.stringify(lock), { mode: 0o600 })
    expect(await finish()).toMatchObject({ rollback: { state: 'stuck', why: expect.stringContaining('a folder') as string }, exit: 5 })
  })
})

describe('nothing is written', () => {
  test.each([
    ['while the controller lives', ownId()],
    ['where nobody knows the controller', undefined],
    ['where the controller may live in another PID namespace', { ...DEAD, table: 'elsewhere' }],
  ])('%s', async (_, controller) => {
    leave(GONE, { controller })
    const { length } = records()
    // `undefined` would be the default.
    if (controller === undefined) {
      const { agentJson } = runFolder(stateDir, RUN)
      writeFileSync(agentJson, readFileSync(agentJson, 'utf8').replace('"controller"', '"someone"'))
    }
    expect(await finish()).toBeUndefined()
    expect(records()).toHaveLength(length)
  })

  test('into a record that is not sound: nobody makes it look closed', async () => {
    leave(GONE)
    const db = new (sqlite().DatabaseSync)(join(runDir, 'ledger.db'))
    db.exec('DELETE FROM records WHERE seq = 3')
    db.close()
    expect(await finish()).toBeUndefined()
  })

  test('before its end is written', async () => {
    leave(GONE)
    rmSync(runFolder(stateDir, RUN).ended)
    expect(await finish()).toBeUndefined()
  })
})
