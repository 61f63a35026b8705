import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { service, stackOf } from '../support/stacks.ts'

const linesOf = (rig: Rig, id: string): string[] => rig.events.flatMap((event) => (event.event === 'log' && event.service === id ? [event.line] : []))
const SECRETS = ['.git/config', '.safechaos/runs/1/samples', '.env', 'approvals/alice.json', 'charters/c.yaml', 'runbooks/r.md']
/** Everything in the lab that can be read, and whether its secrets can be replaced. */
const LOOK =
  'echo "reads: $(cat $1/.git/config $1/.safechaos/runs/1/samples $1/.env $1/approvals/* $1/charters/* $1/runbooks/* $1/shared.txt 2>/dev/null)"; ' +
  'for one in $1/.env $1/.git/config; do echo evil >$one; done; rm -rf $1/.git $1/.env; mv $1/approvals $1/gone; echo looked; sleep 1000'

/** Says again and again what it can read of files of the lab: their text, or why not. */
const POLL = `const fs = require('node:fs'), [lab, ...files] = process.argv.slice(1)
const read = (file) => { try { return fs.readFileSync(lab + '/' + file, 'utf8') } catch (error) { return error.code } }
setInterval(() => console.log('reads: ' + files.map(read).join(' ')), 20)`
const MANY = 400

function fill(labDir: string): void {
  for (const path of SECRETS) {
    mkdirSync(join(labDir, path, '..'), { recursive: true })
    writeFileSync(join(labDir, path), 'swordfish')
  }
  writeFileSync(join(labDir, 'shared.txt'), 'shared')
}

describe.each(['bubblewrap', 'unshare'] as const)('secrets of the lab in a sandbox made by %s', (how) => {
  if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }

  test.each([['a folder of it', false] as const, ['the lab itself', true] as const])(
    'are hidden from services of a stack that is %s: credentials of git, variables, approvals, evidence of earlier runs (case 31)',
    async (_, whole) => {
      await using rig = await openRig({ launch: (request) => launchSandbox(request, [how]) })
      fill(rig.labDir)
      const worker = service('worker', { command: ['sh', '-c', LOOK, 'sh', rig.labDir] })
      await rig.enclosure.prepare(stackOf(worker), whole ? rig.labDir : rig.stackDir)
      await rig.enclosure.start()
      expect(await eventually(() => linesOf(rig, 'worker#1').includes('looked'), 6000)).toBe(true)
      expect(linesOf(rig, 'worker#1').find((line) => line.startsWith('reads:'))).toBe('reads: shared')
      await rig.enclosure.snapshot()
      await rig.enclosure.restore()
      expect(await eventually(() => linesOf(rig, 'worker#1').filter((line) => line === 'looked').length === 2, 6000)).toBe(true)
      expect(linesOf(rig, 'worker#1').filter((line) => line.startsWith('reads:'))).toEqual(['reads: shared', 'reads: shared'])
      for (const path of SECRETS) expect(readFileSync(join(rig.labDir, path), 'utf8')).toBe('swordfish')
    },
  )

  test.each([['a folder of it', false] as const, ['the lab itself', true] as const])(
    'are not there for services of a stack that is %s when the host replaces them, or makes them, in mid-run (case 31)',
    async (_, whole) => {
      await using rig = await openRig({ launch: (request) => launchSandbox(request, [how]) })
      const inLab = (path: string): string => join(rig.labDir, path)
      mkdirSync(inLab('shared'))
      writeFileSync(inLab('shared/state'), 'early')
      writeFileSync(inLab('.env'), 'swordfish')
      const files = ['.env', 'approvals/alice.json', 'shared/state']
      const worker = service('worker', { command: [process.execPath, '-e', POLL, '--', rig.labDir, ...files] })
      await rig.enclosure.prepare(stackOf(worker), whole ? rig.labDir : rig.stackDir)
      await rig.enclosure.start()
      const says = (line: string): Promise<boolean> => eventually(() => linesOf(rig, 'worker#1').includes(`reads: ${line}`), 6000)
      expect(await says('ENOENT ENOENT early')).toBe(true)
      writeFileSync(inLab('.env.new'), 'swordfish')
      renameSync(inLab('.env.new'), inLab('.env'))
      mkdirSync(inLab('approvals'))
      writeFileSync(inLab('approvals/alice.json'), 'swordfish')
      // Folders are shown live, but what a stack is itself a part of is its own copy.
      writeFileSync(inLab('shared/state'), 'late')
      if (!whole) expect(await says('ENOENT ENOENT late')).toBe(true)
      const from = linesOf(rig, 'worker#1').length
      expect(await eventually(() => linesOf(rig, 'worker#1').length > from + 20, 6000)).toBe(true)
      expect(linesOf(rig, 'worker#1').filter((line) => !/^reads: ENOENT ENOENT (early|late)$/.test(line))).toEqual([])
    },
  )

  test(`leave the rest of the lab as it is: ${MANY} entries, odd names, links from one to another`, async () => {
    await using rig = await openRig({ launch: (request) => launchSandbox(request, [how]) })
    const inLab = (path: string): string => join(rig.labDir, path)
    for (let index = 0; index < MANY; index += 1) writeFileSync(inLab(`file-${index}`), String(index))
    mkdirSync(inLab('a # folder\twith\\all'))
    writeFileSync(inLab('a # folder\twith\\all/text'), 'odd')
    symlinkSync('a # folder\twith\\all', inLab('link'))
    symlinkSync(inLab('file-7'), inLab('absolute'))
    const files = ['file-0', `file-${MANY - 1}`, 'link/text', 'absolute']
    const worker = service('worker', { command: [process.execPath, '-e', POLL, '--', rig.labDir, ...files] })
    await rig.start(stackOf(worker))
    expect(await eventually(() => linesOf(rig, 'worker#1').includes(`reads: 0 ${MANY - 1} odd 7`), 6000), linesOf(rig, 'worker#1')[0]).toBe(true)
  })

  test('a run that works inside of the lab is refused, since services would see its files', async () => {
    await using rig = await openRig({
      launch: (request) => launchSandbox({ ...request, workDir: join(request.labDir, 'state', 'work') }, [how]),
    })
    await expect(rig.start(stackOf(service('worker')))).rejects.toMatchObject({
      code: 'SC_CONTAINMENT',
      message: expect.stringContaining('inside of the lab'),
    })
  })
})
