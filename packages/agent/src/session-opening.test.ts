import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeStack } from '../../../test/support/fake-run.ts'
import { SessionRig } from '../../../test/support/session-rig.ts'
import { listLocks } from './lock-file.ts'
import { listOwed } from './owed.ts'

describe('a session that is being opened', () => {
  let rig: SessionRig
  beforeEach(() => {
    rig = new SessionRig('process.pause')
  })
  afterEach(async () => {
    await rig.session.leave()
    rmSync(rig.stateDir, { recursive: true, force: true })
  })

  const prepare = (): Promise<void> => rig.session.prepare(fakeStack, rig.labDir)
  const open = (): Promise<unknown> => rig.session.open({ ask: 'open', planned: rig.planned })
  const did = (): string[] => rig.enclosure.did.map((one) => one.did)

  test('opens nothing without a stack, takes one stack, and opens once', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'SC_GRANT' })
    await prepare()
    await expect(prepare()).rejects.toMatchObject({ code: 'SC_GRANT' })
    await open()
    await expect(open()).rejects.toMatchObject({ code: 'SC_GRANT' })
    expect(did()).toEqual(['prepare', 'start'])
  })

  test('starts nothing if a file of the lab was saved since the stack was handed over', async () => {
    await prepare()
    writeFileSync(join(rig.labDir, 'server.js'), 'exchanged')
    await expect(open()).rejects.toMatchObject({ code: 'SC_PLAN_MISMATCH', message: expect.stringContaining('server.js') })
    expect(did()).toEqual(['prepare'])
  })

  test('names what was written into the lab meanwhile, and says where output may go', async () => {
    await prepare()
    for (const name of ['1', '2', '3', '4', '5']) writeFileSync(join(rig.labDir, `out-${name}.txt`), 'a run of mine')
    const message = /out-\d\.txt.* and 2 more; what you write the output to must lie outside the lab, or in \.safechaos\/$/
    await expect(open()).rejects.toMatchObject({ code: 'SC_PLAN_MISMATCH', message: expect.stringMatching(message) })
  })

  test.each(['ended by a person', 'closed by the controller'])('starts nothing when it is %s while the stack is being prepared', async (how) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    rig.knobs.untilPrepared = promise
    const asked = Promise.allSettled([prepare(), open()])
    await vi.waitFor(() => expect(did()).toEqual(['prepare']))
    await (how === 'ended by a person' ? rig.session.end('operator', how) : rig.session.close())
    resolve()
    const [, opened] = await asked
    expect(opened).toMatchObject({ status: 'rejected', reason: { code: 'SC_ENDED' } })
    await rig.session.leave()
    expect(did()).toEqual(['prepare', 'close'])
    expect(listOwed(rig.stateDir)).toEqual([])
    expect(listLocks(rig.stateDir)).toEqual([])
  })
})
