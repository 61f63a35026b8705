import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlite } from '../../packages/engine/src/ledger/sqlite.ts'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { holding, type RealLab, realLab } from '../support/real-lab.ts'

let lab: RealLab
let runDir: string
let run: string
beforeAll(async () => {
  lab = realLab(CALM_STACK)
  const { told, exit } = await lab.run(
    lab.write('charters/short.yaml', calmCharter({ containment: 'process', ramp: '{ steps: [100%], hold: 300ms }' })),
  )
  expect(exit, JSON.stringify(told.end)).toBe(0)
  run = told.run
  runDir = told.end?.runDir ?? ''
}, 120_000)
afterAll(() => lab[Symbol.dispose]())

const verify = (): { readonly exit: number | null; readonly text: string } => {
  const { status, stdout, stderr } = lab.cli('verify', run)
  return { exit: status, text: `${stdout}${stderr}` }
}
/** Changes a file, looks, and puts it back. */
function withFile(name: string, change: (text: string) => string, look: () => void): void {
  const file = join(runDir, name)
  const before = readFileSync(file)
  writeFileSync(file, change(before.toString('utf8')))
  look()
  writeFileSync(file, before)
}

test('the evidence of a real run verifies, also after its reports were removed and made again', () => {
  expect(verify()).toMatchObject({ exit: 0, text: expect.stringContaining('closed by its run') as string })
  for (const name of ['report.html', 'report.json']) rmSync(join(runDir, name))
  expect(verify()).toMatchObject({ exit: 3, text: expect.stringContaining('report.html: is missing') as string })
  expect(lab.cli('report', run).status).toBe(0)
  expect(existsSync(join(runDir, 'report.json'))).toBe(true)
  expect(verify().exit).toBe(0)
})

test('a run that still goes on verifies as far as it has come, and says so', async () => {
  const live = lab.start(lab.write('charters/long.yaml', calmCharter({ containment: 'process' })))
  await live.until(holding)
  const { status, stdout } = lab.cli('verify', live.told.run)
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('not closed: the run still goes on') as string })
  expect(lab.cli('abort', live.told.run).status).toBe(0)
  expect(await live.ended).toBe(2)
  expect(lab.cli('verify', live.told.run)).toMatchObject({ status: 0, stdout: expect.stringContaining('closed by its run') as string })
})

test.each(['charter.yaml', 'plan.json', 'report.json', 'report.html', 'report.md', 'postmortem.md', 'residue.json', 'samples.jsonl'])(
  'an edited %s is named, and the exit code says that the evidence was tampered with',
  (name) => {
    const harm = name === 'samples.jsonl' ? () => '' : (text: string) => text.replace(/[a-z]{4}/, 'Held')
    withFile(name, harm, () =>
      expect(verify()).toMatchObject({ exit: 3, text: expect.stringMatching(new RegExp(`^${name}: .*SC_TAMPERED`, 'm')) as string }),
    )
    expect(verify().exit).toBe(0)
  },
)

test('a ledger whose last records were cut off in both its forms is named at the first that is missing, on this machine and elsewhere', () => {
  const lines = readFileSync(join(runDir, 'ledger.jsonl'), 'utf8').trimEnd().split('\n').slice(0, -12)
  writeFileSync(join(runDir, 'ledger.jsonl'), lines.map((line) => `${line}\n`).join(''))
  const db = new (sqlite().DatabaseSync)(join(runDir, 'ledger.db'))
  db.exec(`DELETE FROM records WHERE seq > ${lines.length}`)
  db.close()
  expect(verify()).toMatchObject({ exit: 3, text: expect.stringContaining(`record ${lines.length + 1} is truncated`) as string })
  rmSync(lab.stateDir, { recursive: true })
  expect(verify()).toMatchObject({ exit: 3, text: expect.stringContaining('its last records are missing') as string })
})
